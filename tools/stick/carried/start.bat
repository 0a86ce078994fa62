@echo off
rem Opens the course from this stick; on Windows: double-click it.
pushd "%~dp0"
for %%p in ("py -3" "python" "python3") do (
    %%~p -c "import sys; sys.exit(sys.version_info < (3, 7))" >nul 2>nul && (
        %%~p start.py %*
        goto end
    )
)
echo No Python was found: install Python 3.13, 64-bit, then start again. README.txt says how.
:end
popd
pause
