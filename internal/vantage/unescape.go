package vantage

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode"
)

// unescaped is a text with its escapes undone, those of JSON, of URLs and of HTML, and those within others too. Each of
// its bytes knows where it comes from, so that what is found in it can be removed from the text as it was.
type unescaped struct {
	text   []byte
	starts []int32 // where the source of each byte starts, and at last where the source of all ends
	raw    []byte
}

// unescape reads the text from its end, so that what is undone can be part of the next escape before it: "%253F" is
// "%3F" is "?". Each step makes the text shorter, which makes the time linear however deep escapes lie in each other.
func unescape(raw []byte) unescaped {
	text, starts := make([]byte, len(raw)), make([]int32, len(raw)+1)
	at := len(raw)
	starts[at] = int32(at) //nolint:gosec // no answer is that long
	for i := len(raw) - 1; i >= 0; i-- {
		at--
		text[at], starts[at] = raw[i], int32(i) //nolint:gosec // the same
		for length, plain := escape(text[at:]); length > 0; length, plain = escape(text[at:]) {
			at += length - len(plain)
			copy(text[at:], plain)
			for j := range plain {
				starts[at+j] = int32(i) //nolint:gosec // the same
			}
		}
	}
	return unescaped{text[at:], starts[at:], raw}
}

// escapeSigns are the characters with which escapes begin.
const escapeSigns = `%\&`

// maxEscape is the length of the longest escape that is looked for, such as "&apos;", "&#x0003d;" or "\u003d".
const maxEscape = 10

// escape returns the length of the escape that the text begins with, if any, and what it stands for. It is shorter.
func escape(text []byte) (length int, plain string) {
	if strings.IndexByte(escapeSigns, text[0]) < 0 {
		return 0, ""
	}
	var head [maxEscape]byte // zeros follow the end of the text
	copy(head[:], text)
	switch head[0] {
	case '%':
		return hexEscape(head[:1+2], 2)
	case '\\':
		return backslashEscape(head)
	}
	name, _, ends := bytes.Cut(head[:], []byte(";"))
	entity := string(name) + ";"
	plain = html.UnescapeString(entity)
	if !ends || len(plain) >= len(entity) {
		return 0, "" // it stands for nothing
	}
	return len(entity), plain
}

func backslashEscape(head [maxEscape]byte) (length int, plain string) {
	switch c := head[1]; {
	case c == 'u' || c == 'U':
		return hexEscape(head[:2+4], 4)
	case c == 'x' || c == 'X':
		return hexEscape(head[:2+2], 2)
	case c == 'n' || c == 'r' || c == 't':
		return 2, " "
	case c != 0 && !unicode.IsLetter(rune(c)) && !unicode.IsDigit(rune(c)):
		return 2, string(rune(c))
	}
	return 0, ""
}

// hexEscape reads an escape that ends in so many hexadecimal digits. What they stand for is taken for a character,
// which it is where it matters: in all that tells a URL or an API token.
func hexEscape(escape []byte, digits int) (length int, plain string) {
	code, err := strconv.ParseUint(string(escape[len(escape)-digits:]), 16, 16)
	if err != nil {
		return 0, ""
	}
	return len(escape), string(rune(code))
}

// source returns where the bytes from first to before last come from.
func (u *unescaped) source(first, last int) (start, end int) {
	return int(u.starts[first]), int(u.starts[last])
}

// withoutEscapedSeparators returns the text with a byte 1 in place of white space, quotes and brackets that were
// escaped, which belong to the word around them. Those after a backslash are as good as plain ones: a JSON text
// within another is full of them.
func (u *unescaped) withoutEscapedSeparators() []byte {
	text := bytes.Clone(u.text)
	for i, c := range text {
		start, end := u.source(i, i+1)
		short := end-start == 2 && u.raw[start] == '\\'
		if end-start > 1 && !short && strings.IndexByte(" \t\r\n\f\v\"'<>", c) >= 0 {
			text[i] = 1
		}
	}
	return text
}
