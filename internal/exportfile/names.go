package exportfile

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// maxName is the maximum length of a name in bytes, without a number. File systems allow at least 143.
const maxName = 112

// names has the names that are taken, in lower case because file systems can ignore the case, each with the last number
// that made a name of it unique.
type names map[string]int

// next returns the name of the file at u, with a number if an earlier file has the name.
func (n names) next(u *url.URL, prefix string) string {
	stem, ext := fileName(u, prefix)
	name, series := stem+ext, strings.ToLower(stem+ext)
	for n[strings.ToLower(name)] > 0 {
		n[series]++
		name = fmt.Sprintf("%s-%d%s", stem, n[series], ext)
	}
	n[strings.ToLower(name)] = 1
	return name
}

var (
	// unsafeChars matches characters that end a directory, are special on Windows, or control a terminal.
	unsafeChars = regexp.MustCompile(`[^\pL\pM\pN ._()\[\]{}@&+=,;!#$%'~^-]`)
	// reserved matches names of devices on Windows, with any extension.
	reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|(com|lpt)[0-9¹²³]|con(in|out)\$) *(\.|$)`)
	// extension matches the end of a name that shows the type of the file.
	extension = regexp.MustCompile(`(?i)(\.\w{1,10})?(\.gz)?$`)
)

// fileName returns the last segment of a URL's path as a name that is not hidden, has no characters that are special
// on any system, and is no option on a command line.
func fileName(u *url.URL, prefix string) (stem, ext string) {
	// Unescaped after the segment was taken, so that an escaped slash does not hide what precedes it.
	name := path.Base(u.EscapedPath())
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	name = unsafeChars.ReplaceAllString(name, "_")
	name = strings.TrimRight(strings.TrimLeft(name, ".- "), ". ")
	if strings.Trim(name, "_") == "" {
		name = "file"
	}
	if name = prefix + name; reserved.MatchString(name) {
		name = "_" + name
	}
	ext = extension.FindString(name)
	stem = name[:min(len(name), maxName)-len(ext)]
	return strings.TrimRight(strings.ToValidUTF8(stem, ""), ". "), ext
}
