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

func (r row) mark() string {
	switch {
	case r.seen == "":
		return "-"
	case r.assumed == "":
		return "?"
	case slices.Contains(strings.Split(r.assumed, " or "), r.seen):
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
		if seen != "" && seen == r.assumed {
			seen = "as assumed"
		}
		fmt.Fprintf(&text, "%s \t%s\t%s\t%s\n", r.mark(), r.property, r.assumed, seen)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if _, err := io.WriteString(table, text.String()); err != nil {
		return err
	}
	return table.Flush()
}
