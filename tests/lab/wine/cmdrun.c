/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright (c) 2026 winfleet contributors
 *
 * Runs the command line in the variable RA_CMD as Win32-OpenSSH runs one that needs no terminal: CreateProcess of
 * "cmd.exe" /c "<line>", nothing quoted, nothing escaped (measured with Wine 8). Starting cmd.exe from Unix
 * instead would quote the line a second time, with \" that cmd does not know.
 */
#include <windows.h>
#include <stdlib.h>
#include <wchar.h>

static const WCHAR prefix[] = L"\"cmd.exe\" /c \"";

int main(void)
{
    DWORD length = GetEnvironmentVariableW(L"RA_CMD", NULL, 0);
    DWORD code = 253;
    STARTUPINFOW start = {0};
    PROCESS_INFORMATION process;
    WCHAR shell[MAX_PATH], *line;
    int attempt;

    if (!length) return 254;
    line = malloc((wcslen(prefix) + length + 2) * sizeof(*line));
    if (!line) return 254;
    wcscpy(line, prefix);
    GetEnvironmentVariableW(L"RA_CMD", line + wcslen(prefix), length);
    wcscat(line, L"\"");
    SetEnvironmentVariableW(L"RA_CMD", NULL);
    GetSystemDirectoryW(shell, MAX_PATH - 16);
    wcscat(shell, L"\\cmd.exe");

    start.cb = sizeof(start);
    start.dwFlags = STARTF_USESTDHANDLES;
    start.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    /* Where addresses are random Wine fails now and then (programs.py); nothing ran then: trying again is harmless. */
    for (attempt = 0; attempt < 5; attempt++) {
        if (CreateProcessW(shell, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process)) {
            WaitForSingleObject(process.hProcess, INFINITE);
            GetExitCodeProcess(process.hProcess, &code);
            break;
        }
        Sleep(100);
    }
    return (int)code;
}
