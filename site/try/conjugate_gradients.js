// Solves A x = b, A symmetric and positive definite, known only by what it does to a vector.
// Saad, Iterative methods for sparse linear systems, 2003, algorithm 9.1, scaled by the diagonal.

const REDUCTION = 1e-9; // of the scaled residual: leaves errors far below one level of 255
const MOST_STEPS = 20000;

// multiply(x, result) writes A x; returns x, a Float64Array.
export function conjugateGradients(multiply, diagonal, right) {
  const length = right.length;
  const solution = new Float64Array(length);
  const residual = right.slice();
  const direction = residual.map((value, i) => value / diagonal[i]);
  const product = new Float64Array(length);
  let size = inner(residual, direction);
  const goal = size * REDUCTION ** 2;
  for (let step = 0; size > goal && step < MOST_STEPS; step++) {
    multiply(direction, product);
    const stride = size / inner(direction, product);
    let next = 0;
    for (let i = 0; i < length; i++) {
      solution[i] += stride * direction[i];
      residual[i] -= stride * product[i];
      next += (residual[i] * residual[i]) / diagonal[i];
    }
    const share = next / size;
    for (let i = 0; i < length; i++) {
      direction[i] = residual[i] / diagonal[i] + share * direction[i];
    }
    size = next;
  }
  return solution;
}

function inner(one, other) {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += one[i] * other[i];
  return sum;
}
