package diagnostics

import (
	"fmt"
	"strings"
)

var outcomeNames = [outcomes]string{
	"none", "nothing created", "perhaps created", "pending", "failed", "lost", "interrupted", "expired",
	"incomplete download",
}

// Tables prints all texts.
func Tables() string {
	var b strings.Builder
	section := func(title string) { fmt.Fprintf(&b, "# %s\n\n", title) }
	entry := func(name string, texts ...string) {
		fmt.Fprintf(&b, "%s\n", name)
		for _, text := range texts {
			if text != "" {
				fmt.Fprintf(&b, "    %s\n", strings.ReplaceAll(text, "\n", "\n    "))
			}
		}
		b.WriteString("\n")
	}
	section("Causes and remedies: the first that applies")
	for _, c := range causes {
		entry(c.name, c.cause, c.remedy)
	}
	section("Outcomes of operations that failed")
	for op := range operations {
		t := texts[op]
		entry(op.summary(Subject{Noun: "{noun}"}), "timeout: "+t.timeout)
		for o, text := range t.outcomes {
			if text != "" {
				entry("  - "+outcomeNames[o], text)
			}
		}
	}
	section("Expiry")
	entry("one of", expiryTexts[:]...)
	section("Other messages")
	for _, m := range messageTexts {
		entry(m.summary, m.detail)
	}
	return b.String()
}

// Summaries returns the summaries of all diagnostics.
func Summaries() (all []string) {
	for op := range operations {
		all = append(all, op.summary(Subject{Noun: "{noun}"}))
	}
	for _, m := range messageTexts {
		all = append(all, m.summary)
	}
	return all
}
