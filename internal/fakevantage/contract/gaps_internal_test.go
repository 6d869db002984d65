package contract

import (
	"slices"
	"testing"

	"terraform-provider-vantage/internal/fakevantage"
)

// Each gap has an exchange that is valid with it and invalid without it, so that closed gaps are removed from the list.
func TestGaps_areNeeded(t *testing.T) {
	t.Parallel()
	const grouped = `{"cost_report_token":"rprt_1","groupings":"provider,tag:a b"}`
	specimens := map[string]fakevantage.Exchange{
		"202 on the GET of an export":              exchange("GET", export, "", 202, completed),
		"the number 202 as the body of a 202":      exchange("POST", unitCosts, minimal, 202, "202"),
		"groupings of a cost export as one string": exchange("POST", costs, grouped, 0, ""),
		"401":                       exchange("POST", unitCosts, minimal, 401, rejected),
		"429":                       exchange("POST", unitCosts, minimal, 429, rejected),
		"errors of a failed export": exchange("GET", export, "", 200, with(completed, "{", `{"errors":["x"],`)),
	}
	for i, g := range gaps() {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			specimen, ok := specimens[g.name]
			if g.reason == "" || !ok {
				t.Fatal("a gap needs a reason and an exchange that shows it")
			}
			if err := Check(specimen); err != nil {
				t.Errorf("with all gaps filled: %v", err)
			}
			open, err := newRouter(slices.Delete(gaps(), i, i+1))
			if err != nil {
				t.Fatal(err)
			}
			if check(open, specimen) == nil {
				t.Errorf("%s %s %d is valid without the gap", specimen.Method, specimen.Path, specimen.Status)
			}
		})
	}
	if len(specimens) != len(gaps()) {
		t.Errorf("%d exchanges for %d gaps", len(specimens), len(gaps()))
	}
}
