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

// export creates an export with the flags and returns its location and the response to a poll.
func export(t *testing.T, flags ...string) (location string, polled map[string]any) {
	t.Helper()
	_, fake := newFake(append(flags, "-ready-after", "0s"), io.Discard)
	status, location, _ := send(t, fake, http.MethodPost, "/v2/unit_costs/data_exports", `{"cost_report_token":"rprt_1"}`)
	if status != http.StatusAccepted {
		t.Fatalf("POST returned %d", status)
	}
	_, _, text := send(t, fake, http.MethodGet, location, "")
	if err := json.Unmarshal([]byte(text), &polled); err != nil {
		t.Fatal(err, text)
	}
	return location, polled
}

func TestNewFake_completesExports(t *testing.T) {
	t.Parallel()
	first, polled := export(t, "-valid-for", "90s")
	manifest, _ := polled["manifest"].(map[string]any)
	completed, _ := manifest["completed_at"].(string)
	valid, _ := manifest["valid_until"].(string)
	from, err1 := time.Parse(time.RFC3339, completed)
	until, err2 := time.Parse(time.RFC3339, valid)
	if polled["status"] != "completed" || err1 != nil || err2 != nil || until.Sub(from) != 90*time.Second {
		t.Errorf("the export is %v", polled)
	}
	if second, _ := export(t); second == first {
		t.Errorf("two servers created %s", first)
	}
}

func TestNewFake_fails(t *testing.T) {
	t.Parallel()
	if _, polled := export(t, "-fail"); polled["status"] != "failed" {
		t.Errorf("the export is %v", polled)
	}
	_, fake := newFake([]string{"-errors", "2"}, io.Discard)
	for i, want := range []int{http.StatusOK, http.StatusServiceUnavailable, http.StatusOK} {
		if status, _, _ := send(t, fake, http.MethodGet, "/v2/unit_costs?cost_report_token=rprt_1", ""); status != want {
			t.Errorf("request %d returned %d, want %d", i+1, status, want)
		}
	}
}

func TestNewFake_rehearses(t *testing.T) {
	t.Parallel()
	for flags, want := range map[string]func(manifest map[string]any) bool{
		"-files 3": func(m map[string]any) bool { return len(m["files"].([]any)) == 3 }, //nolint:forcetypeassert // a list
		"-files 0": func(m map[string]any) bool { return len(m["files"].([]any)) == 0 }, //nolint:forcetypeassert // a list
		"-urls-valid-for 1h": func(m map[string]any) bool {
			return strings.Contains(m["files"].([]any)[0].(string), "X-Amz-Expires=3600") //nolint:forcetypeassert // a URL
		},
	} {
		_, polled := export(t, strings.Fields(flags)...)
		if manifest, _ := polled["manifest"].(map[string]any); !want(manifest) {
			t.Errorf("%s: %v", flags, manifest)
		}
	}
	_, fake := newFake([]string{"-status", "402"}, io.Discard)
	if status, _, _ := send(t, fake, http.MethodPost, "/v2/costs/data_exports", "{}"); status != 402 {
		t.Errorf("status %d", status)
	}
	contents := map[string]string{}
	for _, path := range []string{"unit_costs", "costs", "kubernetes_efficiency_reports"} {
		_, fake := newFake([]string{"-ready-after", "0s"}, io.Discard)
		_, location, _ := send(t, fake, http.MethodPost, "/v2/"+path+"/data_exports",
			`{"cost_report_token":"rprt_1","start_date":"2025-03-01","end_date":"2025-03-02"}`)
		if path == "kubernetes_efficiency_reports" {
			_, location, _ = send(t, fake, http.MethodPost, "/v2/"+path+"/data_exports",
				`{"start_date":"2025-03-01","end_date":"2025-03-02"}`)
		}
		_, _, text := send(t, fake, http.MethodGet, location, "")
		var polled struct{ Manifest struct{ Files []string } }
		if err := json.Unmarshal([]byte(text), &polled); err != nil || len(polled.Manifest.Files) != 1 {
			t.Fatalf("%s: %v", text, err)
		}
		_, _, content := send(t, fake, http.MethodGet, polled.Manifest.Files[0], "")
		if lines := strings.Count(content, "\n"); lines != 5 || contents[content] != "" {
			t.Errorf("%s has %d lines, or those of %s: %s", path, lines, contents[content], content)
		}
		contents[content] = path
	}
}

func TestNewFake_hasUnitCostsByDateAndBin(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]int{
		"": 90,
		"&start_date=2024-01-01&end_date=2024-03-31":                  273,
		"&start_date=2024-01-01&end_date=2024-03-31&date_bin=month":   9,
		"&start_date=2024-01-01&end_date=2024-12-31&date_bin=quarter": 12,
		"&start_date=2024-01-01&end_date=2024-01-14&date_bin=week":    6,
		"&start_date=2024-01-01&end_date=2024-01-01&date_bin=hour":    72,
	} {
		_, fake := newFake(nil, io.Discard)
		_, _, text := send(t, fake, http.MethodGet, "/v2/unit_costs?cost_report_token=rprt_1&limit=1000"+query, "")
		if rows := strings.Count(text, `"unit_cost_amount"`); rows != want {
			t.Errorf("%s: %d rows, want %d: %.300s", query, rows, want, text)
		}
	}
}

func TestNewFake_hasRecentUnitCosts(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	_, fake := newFake(nil, &log)
	week := time.Now().UTC().AddDate(0, 0, -7).Format(time.DateOnly)
	_, _, text := send(t, fake, http.MethodGet, "/v2/unit_costs?cost_report_token=rprt_1&start_date="+week, "")
	if rows := strings.Count(text, `"unit_cost_amount"`); rows != 21 || strings.Count(text, "gross_margin") != 7 {
		t.Errorf("%d rows: %s", rows, text)
	}
	if log.String() != "GET /v2/unit_costs 200\n" {
		t.Errorf("the log is %q", log.String())
	}
}
