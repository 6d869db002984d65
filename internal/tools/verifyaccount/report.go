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
?  unknown until now
-  not observed
The table contains no tokens, reports or URLs: please paste it unchanged.
`

// row is an assumption and what was observed.
type row struct {
	assumption string
	assumed    []string // any of these; none if unknown
	seen       string   // empty if not observed
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

// report prints the table of an export type.
func report(out io.Writer, k kind, outcome string, exchanges []exchange) error {
	var text strings.Builder
	fmt.Fprintf(&text, "\n%s: %s\n  \tproperty\tassumed\tobserved\n", k.name, outcome)
	for _, r := range rows(k, exchanges) {
		seen := r.seen
		if len(r.assumed) == 1 && seen == r.assumed[0] {
			seen = "as assumed"
		}
		fmt.Fprintf(&text, "%s \t%s\t%s\t%s\n", r.mark(), r.assumption, strings.Join(r.assumed, " or "), seen)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if _, err := io.WriteString(table, text.String()); err != nil {
		return err
	}
	return table.Flush()
}
