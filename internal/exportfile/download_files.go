package exportfile

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// PrepareDirectory makes the directory where it is missing, for the user alone, and makes sure that files can be
// written there. It fails with an *Error of kind NotWritten.
func PrepareDirectory(directory string) error {
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return notWritten("", err)
	}
	probe, err := createPart(directory)
	if err != nil {
		return notWritten("", err)
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return notWritten("", err)
	}
	return nil
}

const (
	partPrefix, partSuffix = ".vantage-", ".part"
	// leftoverAge is how long a temporary file has to be left alone before it can be none of a run that is still
	// under way.
	leftoverAge = 24 * time.Hour
)

// createPart makes the temporary file of one that is on its way. Its name is the product's own: the directory is the
// user's.
func createPart(directory string) (*os.File, error) {
	return os.CreateTemp(directory, partPrefix+"*"+partSuffix)
}

// removeLeftovers removes the temporary files of runs that were killed. That it cannot is no reason not to go on.
func removeLeftovers(directory string, now time.Time) {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, partPrefix) || !strings.HasSuffix(name, partSuffix) || !e.Type().IsRegular() {
			continue
		}
		if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > leftoverAge {
			_ = os.Remove(filepath.Join(directory, name))
		}
	}
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
	// maxName is the most bytes that a file's name may have. File systems take 143 at least.
	maxName = 120
	maxExt  = 20
)

// fileNames returns a name for each pre-signed URL, in their order: the last segment of its path, made safe on every
// system, and numbered where an earlier one has it already. Upper and lower case count as the same, as they do on
// macOS and Windows. It takes time linear in their number. It fails with an *Error when a URL cannot be used, before
// any has been.
func fileNames(urls []string) ([]string, error) {
	names, taken := make([]string, len(urls)), takenNames{names: map[string]bool{}, tried: map[string]int{}}
	for i, fileURL := range urls {
		u, failure := parseFileURL(fileURL)
		if failure != nil {
			failure.File = fmt.Sprintf("file %d of %d", i+1, len(urls))
			return nil, failure
		}
		names[i] = taken.take(fileName(u))
	}
	return names, nil
}

// takenNames are those that earlier files have, in lower case.
type takenNames struct {
	names map[string]bool
	// tried is the latest number that was tried, for all names that are alike but for it.
	tried map[string]int
}

// take returns the name, with a number where it is taken.
func (t takenNames) take(name string) string {
	ext := extension(name)
	stem := strings.TrimSuffix(name, ext)
	// A longer number may leave less of the stem, which makes it another series of names.
	for from, digits := 2, 1; t.names[strings.ToLower(name)]; from, digits = pow10(digits), digits+1 {
		short := shorten(stem, maxName-1-digits-len(ext))
		series := strings.ToLower(fmt.Sprintf("%s/%d%s", short, digits, ext))
		for n := max(from, t.tried[series]); n < pow10(digits) && t.names[strings.ToLower(name)]; n++ {
			name = fmt.Sprintf("%s-%d%s", short, n, ext)
			t.tried[series] = n
		}
	}
	t.names[strings.ToLower(name)] = true
	return name
}

func pow10(n int) int { return int(math.Pow10(n)) }

// reserved are the names of devices on Windows, whatever their extension.
var reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)`)

// queryInName is what looks like a query in a path, where a URL was escaped as a whole. Names are shown.
var queryInName = regexp.MustCompile(`(\?[\w\x01%~-].*)`)

// fileName makes a name of a URL's last path segment. No name leads to another directory, hides the file, looks like an
// option on a command line, or does something to a terminal.
func fileName(u *url.URL) string {
	// Unescaped after the segment was taken, so that an escaped slash does not hide what precedes it.
	segment := path.Base(u.EscapedPath())
	if plain, err := url.PathUnescape(segment); err == nil {
		segment = plain
	}
	segment = remove(segment, queryInName, "")
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

// extension returns the end of a name that tells the kind of file, such as ".csv" or ".csv.gz".
func extension(name string) string {
	ext := path.Ext(name)
	if strings.EqualFold(ext, ".gz") {
		ext = path.Ext(strings.TrimSuffix(name, ext)) + ext
	}
	if len(ext) > maxExt {
		return ""
	}
	return ext
}

// shorten cuts s to at most so many bytes, between characters, and leaves no end that Windows would drop.
func shorten(s string, most int) string {
	for len(s) > most {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return strings.TrimRight(s, ". ")
}
