/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright (c) 2026 winfleet contributors
 *
 * Stands in the place of reg.exe where a test wants trouble; the variable RA_REG says which: "denied" refuses
 * everything, "import_pretends" reports success for imports without doing them and hands the rest to the real one.
 */
#include <windows.h>
#include <stdlib.h>
#include <wchar.h>

static const WCHAR genuine[] = L"C:\\lab\\reg_genuine.exe";

static int denied(void)
{
    static const char words[] = "ERROR: Access is denied.\r\n";
    DWORD written;
    WriteFile(GetStdHandle(STD_ERROR_HANDLE), words, sizeof(words) - 1, &written, NULL);
    return 1;
}

/* Returns what follows the program's name in the command line. */
static const WCHAR *arguments(void)
{
    const WCHAR *rest = GetCommandLineW();
    if (*rest == '"') {
        for (rest++; *rest && *rest != '"'; rest++) {}
        if (*rest) rest++;
    } else {
        while (*rest && *rest != ' ' && *rest != '\t') rest++;
    }
    while (*rest == ' ' || *rest == '\t') rest++;
    return rest;
}

int main(void)
{
    const WCHAR *rest = arguments();
    WCHAR mode[32] = {0}, *line;
    STARTUPINFOW start = {0};
    PROCESS_INFORMATION process;
    DWORD code = 1;

    GetEnvironmentVariableW(L"RA_REG", mode, 32);
    if (wcscmp(mode, L"import_pretends")) return denied();
    if (!_wcsnicmp(rest, L"import", 6)) return 0;
    line = malloc((wcslen(rest) + 64) * sizeof(*line));
    if (!line) return 1;
    wcscpy(line, genuine);
    wcscat(line, L" ");
    wcscat(line, rest);
    start.cb = sizeof(start);
    if (CreateProcessW(genuine, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process)) {
        WaitForSingleObject(process.hProcess, INFINITE);
        GetExitCodeProcess(process.hProcess, &code);
    }
    return (int)code;
}
