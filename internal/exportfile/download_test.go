package exportfile_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// completed returns a new export that has its files.
func completed(ctx context.Context, t *testing.T, client *vantage.Client) *vantage.DataExport {
	t.Helper()
	e, err := export(ctx, client)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// exportOf returns an export whose files have these pre-signed URLs.
func exportOf(urls ...string) *vantage.DataExport {
	return &vantage.DataExport{Token: "dta_xprt_1", Status: "completed", Manifest: &vantage.Manifest{Files: urls}}
}

// digest returns the SHA-256 digest of a text in hexadecimal digits.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// inDirectory returns what is in a directory, by name. Hidden files are shown too.
func inDirectory(t *testing.T, directory string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(directory, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found[e.Name()] = string(text)
	}
	return found
}

// files are the requests for files, of which none may show the API token.
func files(t *testing.T, fake *fakevantage.Server) []fakevantage.Request {
	t.Helper()
	var out []fakevantage.Request
	for _, r := range fake.Requests() {
		if !strings.HasPrefix(r.Path, "/files/") {
			continue
		}
		if r.Header.Get("Authorization") != "" || strings.Contains(fmt.Sprint(r.Header), apiToken) {
			t.Errorf("the request for %s has the API token: %v", r.Path, r.Header)
		}
		out = append(out, r)
	}
	return out
}

func TestFilesArriveWhole(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Files: 3, FileSize: 100_000, Limit: 2, Window: 24 * time.Hour})
		client, directory := newClient(t, fake), t.TempDir()
		completedExport := completed(ctx, t, client)
		var told []string
		start := time.Now()
		written, err := client.Download(ctx, completedExport, directory, func(p vantage.DownloadProgress) {
			told = append(told, fmt.Sprintln(p.File, p.Failure))
		})
		if err != nil || time.Since(start) > 0 {
			t.Errorf("%v after %s; the account's limit, which is used up, does not count", err, time.Since(start))
		}
		want := []vantage.File{
			{Name: "unit_costs-001.csv", Size: 100_000},
			{Name: "unit_costs-002.csv", Size: 100_000},
			{Name: "unit_costs-003.csv", Size: 100_000},
		}
		there := inDirectory(t, directory)
		for i := range want {
			want[i].Path = filepath.Join(directory, want[i].Name)
			want[i].SHA256 = digest(there[want[i].Name])
		}
		slices.Sort(told)
		wantTold := []string{
			fmt.Sprintln(want[0], "<nil>"), fmt.Sprintln(want[1], "<nil>"), fmt.Sprintln(want[2], "<nil>"),
		}
		if !slices.Equal(written, want) || !slices.Equal(told, wantTold) {
			t.Errorf("%v, told %v", written, told)
		}
		for _, f := range want {
			if text := there[f.Name]; len(text) != 100_000 || !strings.HasPrefix(text, "business_metric_token,") {
				t.Errorf("%s has %d bytes: %.40s", f.Name, len(text), text)
			}
			info, err := os.Stat(f.Path)
			if err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
				t.Errorf("%v, %v; want it for the user alone", info, err)
			}
		}
		if len(there) != 3 {
			t.Errorf("%d files are there", len(there))
		}
		for _, r := range files(t, fake) {
			if r.Header.Get("Accept-Encoding") != "identity" || r.Header.Get("User-Agent") != "test" {
				t.Errorf("header %v", r.Header)
			}
		}
	})
}

func TestFilesAreFetchedAFewAtATime(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Files: 20})
		client := newClient(t, fake)
		completedExport := completed(ctx, t, client)
		fake.Change(func(o *fakevantage.Options) { o.Latency = time.Second })
		start := time.Now()
		written, err := client.Download(ctx, completedExport, t.TempDir(), nil)
		if took := time.Since(start); err != nil || len(written) != 20 || took != 5*time.Second {
			t.Errorf("%d files, %v after %s, want 20 in 5 s, four at a time", len(written), err, took)
		}
	})
}

// whole is the file that the servers of these tests have.
var whole = strings.Repeat("0123456789", 1000)
