/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright (c) 2026 winfleet contributors
 *
 * The registry functions of Win32 over stdin and stdout, for a caller that is no Windows program.
 *
 * A request is one line: words between blanks; texts and data are hex (texts UTF-16LE), "-" is empty. A root is
 * the number of a predefined key in hex. Every answer is one line that begins with a Win32 error code, but for
 * tree's, which is lines "K path", "V name type data", then "E code".
 *
 *   ping | create ROOT KEY | has ROOT KEY | get ROOT KEY NAME | set ROOT KEY NAME TYPE DATA | unset ROOT KEY NAME
 *   drop ROOT KEY (RegDeleteKey) | droptree ROOT KEY (RegDeleteTree, then RegDeleteKey) | keys ROOT KEY
 *   values ROOT KEY | tree ROOT KEY
 */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define WORDS 8
#define NAME_ROOM 16400 /* the longest value name has 16383 units */

static char *line;
static size_t line_room;

/* Reads a line of any length into `line`, without its end; 0 at the end of the input. */
static int read_line(void)
{
    size_t used = 0;
    int byte;
    while ((byte = getchar()) != EOF && byte != '\n') {
        if (used + 2 > line_room) {
            line_room = line_room ? line_room * 2 : 4096;
            line = realloc(line, line_room);
            if (!line) exit(3);
        }
        if (byte != '\r') line[used++] = (char)byte;
    }
    if (byte == EOF) return 0;
    if (!line) exit(3);
    line[used] = 0;
    return 1;
}

static int digit(char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

/* Decodes hex in place and ends it with two NULs, so that the bytes are also a text; returns their number. */
static DWORD unhex(char *word)
{
    size_t length = *word == '-' ? 0 : strlen(word) / 2, i;
    for (i = 0; i < length; i++) word[i] = (char)(digit(word[2 * i]) * 16 + digit(word[2 * i + 1]));
    return (DWORD)length;
}

static WCHAR *text(char *word)
{
    DWORD length = unhex(word);
    WCHAR *copy = calloc(1, length + 2);
    if (!copy) exit(3);
    memcpy(copy, word, length);
    return copy;
}

static void put_hex(const void *data, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = data;
    size_t i;
    if (!length) putchar('-');
    for (i = 0; i < length; i++) {
        putchar(digits[bytes[i] >> 4]);
        putchar(digits[bytes[i] & 15]);
    }
}

static void put_text(const WCHAR *name) { put_hex(name, wcslen(name) * sizeof(WCHAR)); }

static LSTATUS put_values(HKEY key, const char *before, const char *after)
{
    static WCHAR name[NAME_ROOM];
    DWORD index, type, length, largest = 0;
    BYTE *data;
    LSTATUS code = RegQueryInfoKeyW(key, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &largest, NULL, NULL);
    if (code) return code;
    data = malloc(largest + 2);
    if (!data) exit(3);
    for (index = 0;; index++) {
        DWORD room = NAME_ROOM;
        length = largest;
        code = RegEnumValueW(key, index, name, &room, NULL, &type, data, &length);
        if (code) break;
        fputs(before, stdout);
        put_text(name);
        printf(" %lx ", type);
        put_hex(data, length);
        fputs(after, stdout);
    }
    free(data);
    return code == ERROR_NO_MORE_ITEMS ? 0 : code;
}

static LSTATUS put_tree(HKEY parent, const WCHAR *path)
{
    WCHAR name[300], *below;
    DWORD index;
    HKEY key;
    LSTATUS code = RegOpenKeyExW(parent, path, 0, KEY_READ, &key);
    if (code) return code;
    fputs("K ", stdout);
    put_text(path);
    putchar('\n');
    code = put_values(key, "V ", "\n");
    for (index = 0; !code; index++) {
        DWORD room = 300;
        code = RegEnumKeyExW(key, index, name, &room, NULL, NULL, NULL, NULL);
        if (code) break;
        below = malloc((wcslen(path) + room + 2) * sizeof(WCHAR));
        if (!below) exit(3);
        wcscpy(below, path);
        if (*path) wcscat(below, L"\\");
        wcscat(below, name);
        code = put_tree(parent, below);
        free(below);
    }
    RegCloseKey(key);
    return code == ERROR_NO_MORE_ITEMS ? 0 : code;
}

static LSTATUS put_keys(HKEY key)
{
    WCHAR name[300];
    DWORD index, room;
    LSTATUS code;
    for (index = 0; room = 300, !(code = RegEnumKeyExW(key, index, name, &room, NULL, NULL, NULL, NULL)); index++) {
        putchar(' ');
        put_text(name);
    }
    return code == ERROR_NO_MORE_ITEMS ? 0 : code;
}

/* Answers with the code first; what follows was asked for before, so that the code is the whole call's. */
static void get(HKEY key, const WCHAR *name)
{
    DWORD type, length = 0;
    LSTATUS code = RegQueryValueExW(key, name, NULL, &type, NULL, &length);
    BYTE *data = malloc(length + 2);
    if (!data) exit(3);
    if (!code) code = RegQueryValueExW(key, name, NULL, &type, data, &length);
    printf("%ld", code);
    if (!code) {
        printf(" %lx ", type);
        put_hex(data, length);
    }
    putchar('\n');
    free(data);
}

static void with_key(HKEY root, const WCHAR *path, char **word)
{
    const char *verb = word[0];
    int writes = !strcmp(verb, "set") || !strcmp(verb, "unset");
    HKEY key;
    WCHAR *name;
    LSTATUS code = RegOpenKeyExW(root, path, 0, writes ? KEY_READ | KEY_WRITE : KEY_READ, &key);
    if (code) {
        printf("%ld\n", code);
        return;
    }
    name = word[3] ? text(word[3]) : NULL;
    if (!strcmp(verb, "has")) puts("0");
    else if (!strcmp(verb, "get")) get(key, name);
    else if (!strcmp(verb, "set")) {
        DWORD length = unhex(word[5]);
        printf("%ld\n", RegSetValueExW(key, name, 0, strtoul(word[4], NULL, 16), (BYTE *)word[5], length));
    }
    else if (!strcmp(verb, "unset")) printf("%ld\n", RegDeleteValueW(key, name));
    else {
        fputs("0", stdout);
        code = !strcmp(verb, "keys") ? put_keys(key) : put_values(key, " ", "");
        if (code) printf(" !%ld", code);
        putchar('\n');
    }
    free(name);
    RegCloseKey(key);
}

static void answer(char **word)
{
    HKEY root = (HKEY)(ULONG_PTR)(LONG_PTR)(LONG)strtoul(word[1], NULL, 16), key;
    WCHAR *path = text(word[2]);
    DWORD disposition;
    LSTATUS code;
    if (!strcmp(word[0], "create")) {
        code = RegCreateKeyExW(root, path, 0, NULL, 0, KEY_READ | KEY_WRITE, NULL, &key, &disposition);
        if (!code) RegCloseKey(key);
        printf(code ? "%ld\n" : "%ld %ld\n", code, disposition);
    } else if (!strcmp(word[0], "drop")) {
        printf("%ld\n", RegDeleteKeyW(root, path));
    } else if (!strcmp(word[0], "droptree")) {
        code = RegDeleteTreeW(root, path);
        if (!code) RegDeleteKeyW(root, path); /* RegDeleteTree of Windows removes the key itself too */
        printf("%ld\n", code);
    } else if (!strcmp(word[0], "tree")) {
        printf("E %ld\n", put_tree(root, path));
    } else {
        with_key(root, path, word);
    }
    free(path);
}

int main(void)
{
    while (read_line()) {
        char *word[WORDS] = {0};
        int count = 0;
        char *next = strtok(line, " ");
        while (next && count < WORDS) {
            word[count++] = next;
            next = strtok(NULL, " ");
        }
        if (count == 1 && !strcmp(word[0], "ping")) puts("0");
        else if (count >= 3) answer(word);
        else puts("87");
        fflush(stdout);
    }
    return 0;
}
