package vantage_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// unitCosts is a request for an export of unit costs.
var unitCosts = vantage.UnitCostExportRequest{CostReportToken: "rprt_1"}

// lagging does not know any export for some time.
func lagging(until time.Time) func(fakevantage.Request) http.HandlerFunc {
	return func(r fakevantage.Request) http.HandlerFunc {
		if r.Method == http.MethodGet && time.Now().Before(until) {
			return fakevantage.Errors(404, "DataExport not found.")
		}
		return nil
	}
}

// lookUp is a way to learn what has become of an export.
type lookUp func(context.Context, *vantage.Client, *vantage.DataExport) (*vantage.DataExport, error)

func wait(ctx context.Context, c *vantage.Client, e *vantage.DataExport) (*vantage.DataExport, error) {
	return c.WaitForDataExport(ctx, e, nil)
}

func refresh(ctx context.Context, c *vantage.Client, e *vantage.DataExport) (*vantage.DataExport, error) {
	return c.GetDataExport(ctx, e)
}

// byToken follows an export of which only the token is known.
func byToken(follow lookUp) lookUp {
	return func(ctx context.Context, c *vantage.Client, e *vantage.DataExport) (*vantage.DataExport, error) {
		return follow(ctx, c, &vantage.DataExport{Token: e.Token})
	}
}

func TestNotFound_isRetriedAfterACreation(t *testing.T) {
	t.Parallel()
	// Each follows an export that was accepted just now.
	for name, follow := range map[string]lookUp{
		"the wait after the create":     wait,
		"a data source in the same run": byToken(wait),
		"a refresh in the same run":     byToken(refresh),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Minute, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: lagging(time.Now().Add(5 * time.Second))})
				client := newClient(t, fake)
				created, err := client.CreateDataExport(ctx, unitCosts)
				if err != nil {
					t.Fatal(err)
				}
				done, err := follow(ctx, client, created)
				if err != nil || !done.Completed() || created.AcceptedAt.IsZero() || done.AcceptedAt != created.AcceptedAt {
					t.Errorf("%+v, %v", done, err)
				}
				if fake.Posts() != 1 {
					t.Errorf("%d POSTs", fake.Posts())
				}
			})
		})
	}
}

func TestNotFound_isRetriedAccordingToAcceptedAt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ago   time.Duration
		found bool
	}{
		"just accepted":       {2 * time.Second, true},
		"a clock that is off": {-3 * time.Second, true},
		"long ago":            {11 * time.Second, false},
		"in a far future":     {-time.Hour, false},
	} {
		for call, follow := range map[string]lookUp{"wait": wait, "refresh": refresh} {
			t.Run(name+" "+call, func(t *testing.T) {
				t.Parallel()
				within(t, time.Minute, func(t *testing.T, ctx context.Context) {
					fake := fakevantage.New(fakevantage.Options{Misbehave: lagging(time.Now().Add(2 * time.Second))})
					token := fake.Add(map[string]any{"cost_report_token": "r"}, time.Now())
					known := &vantage.DataExport{Token: token, AcceptedAt: time.Now().Add(-test.ago)}
					done, err := follow(ctx, newClient(t, fake), known)
					if test.found {
						if err != nil || !done.Completed() {
							t.Errorf("%+v, %v", done, err)
						}
						return
					}
					if e := wantKind(t, err, vantage.Rejected); !e.NotFound() {
						t.Error(e)
					}
					wantRequests(t, fake, 0, 1)
				})
			})
		}
	}
}
