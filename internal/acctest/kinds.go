package acctest

import (
	"strings"
	"testing"
	"testing/synctest"

	"terraform-provider-vantage/internal/fakevantage"
)

// Kind describes an export type for tests.
type Kind struct {
	// TypeName is the name of its resource, data source and action.
	TypeName string
	// Path is the path of its POST.
	Path string
}

// Asked is a configuration with the expected request.
type Asked struct {
	Config      map[string]any
	Query, Body string
}

// RunLife creates the resource and reads the data source. Both send the expected request, a plan after a refresh is
// empty, and an import with the same configuration creates nothing and updates the resource.
func (k Kind) RunLife(t *testing.T, asked Asked) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake := NewFake(t, fakevantage.Options{})
		p := NewProtocolFor(t, fake, k.TypeName)
		succeeds := func(step string, s State) State {
			t.Helper()
			if len(s.Diagnostics) > 0 || s.Text("status") != "completed" || !strings.Contains(s.Value.String(), "/files/") {
				t.Errorf("%s: %q %q, the state is %v", step, s.Errors(), s.Warnings(), s.Value)
			}
			return s
		}
		unchanged := func(step string, s State) {
			t.Helper()
			if planned := succeeds(step, p.Plan(s, asked.Config)); !planned.Value.Equal(s.Value) || planned.Replace {
				t.Errorf("%s: the plan changes %v to %v", step, s.Value, planned.Value)
			}
		}
		created := succeeds("create", p.Create(t.Context(), asked.Config))
		unchanged("refresh", succeeds("refresh", p.Read(t.Context(), created)))
		succeeds("data source", p.ReadDataSource(t.Context(), asked.Config))
		WantRequests(t, fake, 2, 2)
		for _, r := range fake.Requests() {
			if r.Method == "POST" && (r.Path != k.Path || r.Query != asked.Query || r.Body != asked.Body) {
				t.Errorf("request %s?%s %s\nwant %s?%s %s", r.Path, r.Query, r.Body, k.Path, asked.Query, asked.Body)
			}
		}
		imported := p.Import(t.Context(), created.Text("token"))
		planned := p.Plan(imported, asked.Config)
		if planned.Replace {
			t.Errorf("the plan after the import replaces the export because of %v", planned.Replaces)
		}
		for name := range asked.Config {
			reported := name != "workspace_token" && name != "schema"
			if adopted := strings.Contains(strings.Join(planned.Warnings(), ""), name); adopted == reported {
				t.Errorf("%s is adopted: %v, although the API reports it: %v", name, adopted, reported)
			}
		}
		unchanged("import", succeeds("import", p.Apply(t.Context(), imported, planned, asked.Config)))
		WantRequests(t, fake, 2, 4)
	})
}

// WantInvalid validates each configuration, and expects an error that contains its key.
func (k Kind) WantInvalid(t *testing.T, cases map[string]map[string]any) {
	t.Helper()
	p := NewProtocolOf(t, nil, k.TypeName)
	for message, config := range cases {
		t.Run(message, func(t *testing.T) {
			t.Parallel()
			said := strings.Join(p.Validate(config).Errors(), " ")
			if !strings.Contains(strings.Join(strings.Fields(said), " "), message) {
				t.Errorf("the errors are %q, want one that contains %q", said, message)
			}
		})
	}
}

// Loose replaces spaces with a pattern for any white space, because the CLI wraps diagnostics and draws a border.
func Loose(pattern string) string { return strings.ReplaceAll(pattern, " ", `[\s│|]+`) }
