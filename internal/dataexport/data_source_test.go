package dataexport_test

import (
	"cmp"
	"context"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// reads are the ways to read an existing export by its token.
var reads = map[string]func(*acctest.Protocol, context.Context, map[string]any) acctest.State{
	"data source":        (*acctest.Protocol).ReadDataSource,
	"ephemeral resource": (*acctest.Protocol).OpenEphemeral,
}

func TestRead_byToken(t *testing.T) {
	t.Parallel()
	lost := func(fake *fakevantage.Server, token string) { fake.Forget(token) }
	expired := fakevantage.Answer(200, `{"status":"expired","attributes":{"date_bin":"week"}}`)
	old := func(fake *fakevantage.Server, token string) {
		fake.Finish(token)
		time.Sleep(25 * time.Hour)
	}
	for name, test := range map[string]struct {
		options fakevantage.Options
		token   string // defaults to the token of an export
		prepare func(fake *fakevantage.Server, token string)
		error   []string
		warning string // of the data source; an error of the ephemeral resource
	}{
		"completed":           {},
		"an empty export":     {options: fakevantage.Options{Files: -1}, warning: "completed without files"},
		"expired":             {prepare: old, warning: "expired at"},
		"reported as expired": {options: fakevantage.Options{Misbehave: get(expired)}, warning: "as expired"},
		"not found":           {prepare: lost, error: []string{"The export does not exist"}},
		"a path":              {token: "../../evil", error: []string{"letters, digits, underscores"}},
		"timed out": {
			options: fakevantage.Options{ReadyAfter: 2 * time.Hour, RetryAfter: "300"},
			error:   []string{"timed out after", "is still running"},
		},
	} {
		for kind, read := range reads {
			t.Run(name+", "+kind, func(t *testing.T) {
				t.Parallel()
				inVirtualTimeOf(t, "vantage_data_export", test.options, func(
					t *testing.T, p *acctest.Protocol, fake *fakevantage.Server,
				) {
					token := fake.Add(asked, time.Now())
					if test.prepare != nil {
						test.prepare(fake, token)
					}
					state := read(p, t.Context(), map[string]any{"token": cmp.Or(test.token, token)})
					switch isExpired := strings.Contains(test.warning, "expired"); {
					case test.error != nil:
						wantError(t, state, test.error...)
					case isExpired && kind == "ephemeral resource":
						wantError(t, state, "expired", "apply with `-replace`")
					case test.warning != "":
						wantWarning(t, state, test.warning)
						wantRead(t, state, token)
					default:
						wantNoDiagnostics(t, state)
						wantRead(t, state, token)
					}
					wantPosts(t, fake, 0)
				})
			})
		}
	}
}

func wantRead(t *testing.T, state acctest.State, token string) {
	t.Helper()
	if state.Text("id") != token || state.Text("attributes", "date_bin") != "week" {
		t.Errorf("the result is %v", state.Value)
	}
}
