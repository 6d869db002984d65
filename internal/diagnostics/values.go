package diagnostics

import "strings"

// Subject is what a diagnostic is about.
type Subject struct {
	// Noun names an export within a sentence, such as "unit cost export".
	Noun string
	// Report is the argument that a 404 is about if no export exists yet. Empty for existing exports.
	Report string
	// WhenEmpty says what to check if an export has no files.
	WhenEmpty string
}

// Existing is an existing export of any export type.
var Existing = Subject{Noun: "data export"}

// Values are the values of the placeholders of a text, such as {token}.
type Values map[string]string

func (v Values) insert(text string) string {
	var pairs []string
	for name, value := range v {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// replaceExport is a remedy of several tables.
const replaceExport = "To create a new export, apply with `-replace` and the address of its resource. " +
	"Or change the `triggers` of that resource."
