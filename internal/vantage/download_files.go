package vantage

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// PrepareDirectory makes the directory where it is missing, for the user alone, and makes sure that files can be written there.
// It fails with an *Error of kind NotWritten.
func PrepareDirectory(directory string) error {
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return notWritten("", err)
	}
	probe, err := os.CreateTemp(directory, ".*.part")
	if err != nil {
		return notWritten("", err)
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return notWritten("", err)
	}
	return nil
}

// notWritten makes an error of one of the file system's, whose text repeats the temporary name.
func notWritten(name string, err error) *Error {
	var inPath *fs.PathError
	var inRename *os.LinkError
	switch {
	case errors.As(err, &inPath):
		err = inPath.Err
	case errors.As(err, &inRename):
		err = inRename.Err
	}
	return &Error{Kind: NotWritten, File: name, Err: err}
}

const (
	// maxName is the most bytes that a file's name may have. The temporary one is a little longer, and file systems take 143 at least.
	maxName = 120
	maxExt  = 20
)

// fileNames returns a name for each address, in their order: the last segment of its path, made safe on every system, and
// numbered where an earlier one has it already. Upper and lower case count as the same, as they do on macOS and Windows. It fails
// with an *Error when an address cannot be used, before any has been.
func fileNames(addresses []string) ([]string, error) {
	names, taken := make([]string, len(addresses)), map[string]bool{}
	for i, address := range addresses {
		u, failure := parseFileAddress(address)
		if failure != nil {
			failure.File = fmt.Sprintf("file %d of %d", i+1, len(addresses))
			return nil, failure
		}
		name := fileName(u)
		ext := extension(name)
		stem := strings.TrimSuffix(name, ext)
		for n := 2; taken[strings.ToLower(name)]; n++ {
			number := fmt.Sprintf("-%d", n)
			name = shorten(stem, maxName-len(number)-len(ext)) + number + ext
		}
		taken[strings.ToLower(name)] = true
		names[i] = name
	}
	return names, nil
}

// reserved are the names of devices on Windows, whatever their extension.
var reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)`)

// fileName makes a name of an address's last path segment. No name leads to another directory, hides the file, looks like an
// option on a command line, or does something to a terminal.
func fileName(u *url.URL) string {
	// Unescaped after the segment was taken, so that an escaped slash does not hide what precedes it.
	segment := path.Base(u.EscapedPath())
	if plain, err := url.PathUnescape(segment); err == nil {
		segment = plain
	}
	name := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, segment)
	name = strings.TrimRight(strings.TrimLeft(name, ".- "), ". ")
	if reserved.MatchString(name) {
		name = "_" + name
	}
	if ext := extension(name); len(name) > maxName {
		name = shorten(strings.TrimSuffix(name, ext), maxName-len(ext)) + ext
	}
	if strings.Trim(name, "_") == "" {
		return "file"
	}
	return name
}

// extension returns what follows the name proper, such as ".csv" or ".csv.gz".
func extension(name string) string {
	if dot := strings.IndexByte(name, '.'); dot > 0 && len(name)-dot <= maxExt {
		return name[dot:]
	}
	if ext := path.Ext(name); len(ext) <= maxExt {
		return ext
	}
	return ""
}

// shorten cuts s to at most so many bytes, between characters, and leaves no end that Windows would drop.
func shorten(s string, most int) string {
	for len(s) > most {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return strings.TrimRight(s, ". ")
}
