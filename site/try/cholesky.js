// Factors a symmetric positive definite matrix whose rows begin late: A = L L'. In a wide hole this
// is far quicker than conjugate gradients, whose steps grow with the square of the hole's width.
// George and Liu, Computer Solution of Large Sparse Positive Definite Systems, 1981, chapter 4.

// Row i is stored from column first[i] to the diagonal, one row after the other.
export class Envelope {
  constructor(first) {
    this.first = first;
    this.base = new Float64Array(first.length); // where column 0 of a row would be
    let end = 0;
    let work = 0;
    for (let i = 0; i < first.length; i++) {
      const length = i - first[i] + 1;
      this.base[i] = end - first[i];
      end += length;
      work += length * length;
    }
    this.length = end; // numbers to store
    this.work = work; // multiplications, about, to factor it
  }

  allocate() {
    this.values = new Float64Array(this.length);
  }

  add(row, column, value) {
    this.values[this.base[row] + column] += value;
  }

  factor() {
    const { first, base, values } = this;
    for (let i = 0; i < first.length; i++) {
      const row = base[i];
      let diagonal = values[row + i];
      for (let j = first[i]; j < i; j++) {
        const value = (values[row + j] - this.product(i, j)) / values[base[j] + j];
        values[row + j] = value;
        diagonal -= value * value;
      }
      values[row + i] = Math.sqrt(diagonal);
    }
  }

  // Of the rows i and j as far as both are finished.
  product(i, j) {
    const { first, base, values } = this;
    const start = Math.max(first[i], first[j]);
    let sum = 0;
    for (let a = base[i] + start, b = base[j] + start, end = base[j] + j; b < end; a++, b++) {
      sum += values[a] * values[b];
    }
    return sum;
  }

  solve(right) {
    const { first, base, values } = this;
    const x = right.slice();
    for (let i = 0; i < x.length; i++) {
      for (let j = first[i]; j < i; j++) x[i] -= values[base[i] + j] * x[j];
      x[i] /= values[base[i] + i];
    }
    for (let i = x.length - 1; i >= 0; i--) {
      x[i] /= values[base[i] + i];
      for (let j = first[i]; j < i; j++) x[j] -= values[base[i] + j] * x[i];
    }
    return x;
  }
}
