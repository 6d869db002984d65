package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

// send sends a request and returns the status, the Location header and the body.
func send(t *testing.T, fake *fakevantage.Server, method, url, body string) (status int, location, text string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer any")
	w := httptest.NewRecorder()
	fake.ServeHTTP(w, r)
	return w.Code, w.Header().Get("Location"), w.Body.String()
}

// export is the response to a poll.
type export struct {
	Status   string
	Manifest struct {
		Files       []string
		CompletedAt time.Time `json:"completed_at"`
		ValidUntil  time.Time `json:"valid_until"`
	}
}

// create creates an export of a fake with the flags, and returns its location and the response to a poll.
func create(t *testing.T, path, flags string) (fake *fakevantage.Server, location string, polled export) {
	t.Helper()
	_, fake = newFake(append(strings.Fields(flags), "-ready-after", "0s"), io.Discard)
	const march = `{"cost_report_token":"rprt_1","start_date":"2025-03-01","end_date":"2025-03-02"}`
	status, location, _ := send(t, fake, http.MethodPost, path, march)
	if status != http.StatusAccepted {
		t.Fatalf("POST returned %d", status)
	}
	_, _, text := send(t, fake, http.MethodGet, location, "")
	if err := json.Unmarshal([]byte(text), &polled); err != nil {
		t.Fatal(err, text)
	}
	return fake, location, polled
}

const unitCosts = "/v2/unit_costs/data_exports"

func TestNewFake_createsExports(t *testing.T) {
	t.Parallel()
	for flags, holds := range map[string]func(export) bool{
		"": func(e export) bool { return e.Status == "completed" && len(e.Manifest.Files) == 1 },
		"-valid-for 90s": func(e export) bool {
			return e.Manifest.ValidUntil.Sub(e.Manifest.CompletedAt) == 90*time.Second
		},
		"-fail":              func(e export) bool { return e.Status == "failed" },
		"-files 3":           func(e export) bool { return len(e.Manifest.Files) == 3 },
		"-files 0":           func(e export) bool { return len(e.Manifest.Files) == 0 },
		"-urls-valid-for 1h": func(e export) bool { return strings.Contains(e.Manifest.Files[0], "X-Amz-Expires=3600") },
	} {
		if _, _, polled := create(t, unitCosts, flags); !holds(polled) {
			t.Errorf("%s: %+v", flags, polled)
		}
	}
	_, first, _ := create(t, unitCosts, "")
	if _, second, _ := create(t, unitCosts, ""); second == first {
		t.Errorf("two servers created %s", first)
	}
}

func TestNewFake_fails(t *testing.T) {
	t.Parallel()
	for flags, want := range map[string][]int{
		"-errors 2":   {http.StatusOK, http.StatusServiceUnavailable, http.StatusOK},
		"-status 402": {http.StatusPaymentRequired, http.StatusPaymentRequired},
	} {
		_, fake := newFake(strings.Fields(flags), io.Discard)
		for i, want := range want {
			status, _, _ := send(t, fake, http.MethodGet, "/v2/unit_costs?cost_report_token=rprt_1", "")
			if status != want {
				t.Errorf("%s: request %d returned %d, want %d", flags, i+1, status, want)
			}
		}
	}
}

func TestNewFake_servesFiles(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		"unit_costs": "business_metric_token,business_metric_title,calculation_type,unit_cost_amount," +
			"business_metric_amount,scale,date\n" +
			"bsnss_mtrc_3080a050c04104ff,Active customers,unit_cost,12.9800,410,1.0,2025-03-01\n" +
			"bsnss_mtrc_4999b969d95095ef,Million requests,unit_cost,292.4000,18.2,1.0,2025-03-01\n" +
			"bsnss_mtrc_3080a050c04104ff,Active customers,unit_cost,13.2396,410,1.0,2025-03-02\n",
		"costs": "date,provider,service,account_id,cost\n" +
			"2025-03-01,aws,Amazon Elastic Compute Cloud,123456789012,3120.00\n",
		"kubernetes_efficiency_reports": "date,cluster_id,namespace,cost,idle_cost\n" +
			"2025-03-01,production,checkout,210.00,42.00\n",
	} {
		fake, _, polled := create(t, "/v2/"+kind+"/data_exports", "")
		_, _, content := send(t, fake, http.MethodGet, polled.Manifest.Files[0], "")
		if strings.Count(content, "\n") != 5 || !strings.HasPrefix(content, want) || strings.Contains(content, "%!") {
			t.Errorf("%s has %s", kind, content)
		}
	}
}

func TestNewFake_hasUnitCosts(t *testing.T) {
	t.Parallel()
	week := time.Now().UTC().AddDate(0, 0, -7).Format(time.DateOnly)
	for query, want := range map[string]int{
		"":                    90,
		"&start_date=" + week: 21,
		"&start_date=2024-01-01&end_date=2024-03-31":                  273,
		"&start_date=2024-01-01&end_date=2024-03-31&date_bin=month":   9,
		"&start_date=2024-01-01&end_date=2024-12-31&date_bin=quarter": 12,
		"&start_date=2024-01-01&end_date=2024-01-14&date_bin=week":    6,
		"&start_date=2024-01-01&end_date=2024-01-01&date_bin=hour":    72,
	} {
		var log strings.Builder
		_, fake := newFake(nil, &log)
		_, _, text := send(t, fake, http.MethodGet, "/v2/unit_costs?cost_report_token=rprt_1&limit=1000"+query, "")
		rows, margins := strings.Count(text, `"unit_cost_amount"`), strings.Count(text, "gross_margin")
		if rows != want || margins != want/3 {
			t.Errorf("%s: %d rows, %d of them margins, want %d: %.300s", query, rows, margins, want, text)
		}
		if log.String() != "GET /v2/unit_costs 200\n" {
			t.Errorf("the log is %q", log.String())
		}
	}
}
