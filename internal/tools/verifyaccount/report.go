package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

const legend = `
!  differs from what the provider assumes
?  was not known
-  was not seen
The table has no token, report or URL in it: please paste it as it is.
`

// row is one assumption, and what was seen.
type row struct {
	assumption string
	assumed    []string // any of these; none where it is not known
	seen       string   // empty where it was not
}

func (r row) mark() string {
	switch {
	case r.seen == "":
		return "-"
	case len(r.assumed) == 0:
		return "?"
	case slices.Contains(r.assumed, r.seen):
		return " "
	}
	return "!"
}

// report prints the table of one kind.
func report(out io.Writer, k kind, outcome string, exchanges []exchange) error {
	var text strings.Builder
	fmt.Fprintf(&text, "\n%s: %s\n  \tassumption\tassumed\tseen\n", k.name, outcome)
	for _, r := range rows(k, exchanges) {
		seen := r.seen
		if len(r.assumed) == 1 && seen == r.assumed[0] {
			seen = "the same"
		}
		fmt.Fprintf(&text, "%s \t%s\t%s\t%s\n", r.mark(), r.assumption, strings.Join(r.assumed, " or "), seen)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if _, err := io.WriteString(table, text.String()); err != nil {
		return err
	}
	return table.Flush()
}
