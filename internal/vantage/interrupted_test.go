package vantage_test

import (
	"context"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// An error that was its own last failure could not be printed: the process ended with a stack overflow.
func TestCall_canceledBeforeItsRequest(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{})
		client := newClient(t, fake)
		token := fake.Add(map[string]any{"cost_report_token": "rprt_1"}, time.Now())
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		_, err := client.GetDataExport(ctx, &vantage.DataExport{Token: token})
		if e := wantKind(t, err, vantage.Interrupted); e.LastFailure != nil {
			t.Error("its last failure is not nil")
		}
		wantRequests(t, fake, 0, 0)
	})
}
