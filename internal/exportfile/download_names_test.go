package exportfile_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// download fetches URLs from a server that has a file for each of them, and returns the names that they were given.
func download(ctx context.Context, t *testing.T, directory string, urls ...string) []string {
	t.Helper()
	fake := fakevantage.New(
		fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc { return serve("text") }},
	)
	written, err := newClient(t, fake).Download(ctx, exportOf(urls...), directory, nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range written {
		names = append(names, f.Name)
	}
	return names
}

func TestNamesOfFiles(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 100)
	for name, test := range map[string]struct{ urls, want []string }{
		"as in the URL": {[]string{"https://f.example/x/unit_costs-001.csv?s=1"}, []string{"unit_costs-001.csv"}},
		"the same twice": {
			[]string{"https://f.example/1/a.csv", "https://f.example/2/a.csv", "https://f.example/3/a-2.csv"},
			[]string{"a.csv", "a-2.csv", "a-2-2.csv"},
		},
		"but for their case": {
			[]string{"https://f.example/a.CSV", "https://f.example/A.csv"},
			[]string{"a.CSV", "A-2.csv"},
		},
		"two extensions": {
			[]string{"https://f.example/a.csv.gz", "https://f.example/b/a.csv.gz", "https://f.example/c/a.CSV.GZ"},
			[]string{"a.csv.gz", "a-2.csv.gz", "a-3.CSV.GZ"},
		},
		"dots": {
			[]string{"https://f.example/costs.2026.11.24.csv", "https://f.example/2/costs.2026.11.24.csv"},
			[]string{"costs.2026.11.24.csv", "costs.2026.11.24-2.csv"},
		},
		"what may still be an extension": {
			[]string{"https://f.example/a." + long[:18] + "b", "https://f.example/2/a." + long[:18] + "b"},
			[]string{"a." + long[:18] + "b", "a-2." + long[:18] + "b"},
		},
		"too long for an extension": {
			[]string{"https://f.example/a." + long[:20], "https://f.example/2/a." + long[:20]},
			[]string{"a." + long[:20], "a." + long[:20] + "-2"},
		},
		"just not too long": {
			[]string{"https://f.example/" + long[:114] + "x%20.csv"}, []string{long[:114] + "x .csv"},
		},
		"no extension": {[]string{"https://f.example/a", "https://f.example/b/a"}, []string{"a", "a-2"}},
		"escaped":      {[]string{"https://f.example/Kosten%20M%C3%A4rz.csv"}, []string{"Kosten März.csv"}},
		"no path": {
			[]string{"https://f.example", "https://f.example/?a=b", "https://f.example/a/.."},
			[]string{"file", "file-2", "file-3"},
		},
		"another directory": {
			[]string{"https://f.example/..%2F..%2Fetc%2Fpasswd", "https://f.example/%5C..%5Cx.csv"},
			[]string{"_.._etc_passwd", "_.._x.csv"},
		},
		"hidden": {
			[]string{"https://f.example/.bashrc", "https://f.example/%2E%2E", "https://f.example/...a"},
			[]string{"bashrc", "file", "a"},
		},
		"an option": {[]string{"https://f.example/--rf.csv"}, []string{"rf.csv"}},
		"control characters": {
			[]string{"https://f.example/a%00%1B%5B31m%E2%80%AEvsc.csv", "https://f.example/a%FF.csv"},
			[]string{"a__[31m_vsc.csv", "a_.csv"},
		},
		"special to Windows": {
			[]string{
				"https://f.example/a:b*c%3F.csv",
				"https://f.example/NUL.csv",
				"https://f.example/com1",
				"https://f.example/a.csv.%20.",
			},
			[]string{"a_b_c_.csv", "_NUL.csv", "_com1", "a.csv"},
		},
		"too long": {
			[]string{"https://f.example/" + long + ".csv", "https://f.example/2/" + long + ".csv"},
			[]string{long[:116] + ".csv", long[:114] + "-2.csv"},
		},
		"a query, escaped": {
			[]string{
				"https://f.example/a.csv%3FX-Amz-Signature%3Ds3cr3t",
				"https://f.example/b.csv%253FX-Amz-Signature%253Ds3cr3t",
			},
			[]string{"a.csv", "b.csv"},
		},
		"nothing but slashes": {[]string{"https://f.example/%2F%2F"}, []string{"file"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Minute, func(t *testing.T, ctx context.Context) {
				directory := t.TempDir()
				if got := download(ctx, t, directory, test.urls...); !slices.Equal(got, test.want) {
					t.Errorf("%q, want %q", got, test.want)
				}
				there := slices.Sorted(maps.Keys(inDirectory(t, directory)))
				want := slices.Sorted(slices.Values(test.want))
				if !slices.Equal(there, want) {
					t.Errorf("there are %q", there)
				}
			})
		})
	}
}

func FuzzNamesOfFiles(f *testing.F) {
	for _, path := range []string{
		"a.csv", "..%2f..", "NUL", "%2e", "a/b/", "%ff%fe", strings.Repeat("x", 300), "a.b.c.d.e", " . ",
	} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		parent := t.TempDir()
		directory := filepath.Join(parent, "in")
		if err := vantage.PrepareDirectory(directory); err != nil {
			t.Fatal(err)
		}
		transport := roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Request: r, Body: http.NoBody}, nil
		})
		client := newClient(
			t,
			fakevantage.New(fakevantage.Options{}),
			func(o *vantage.Options) { o.Transport = transport },
		)
		written, err := client.Download(
			t.Context(),
			exportOf("https://f.example/"+path, "https://f.example/2/"+path),
			directory,
			nil,
		)
		if err != nil {
			wantKind(t, err, vantage.Malformed)
			return
		}
		one, two := written[0].Name, written[1].Name
		if len(inDirectory(t, directory)) != 2 || one == two || !filepath.IsLocal(one) || len(two) > 120 {
			t.Errorf("%q of %q, there are %v", written, path, inDirectory(t, directory))
		}
		if outside, err := os.ReadDir(parent); err != nil || len(outside) != 1 {
			t.Errorf("%v, %v", outside, err)
		}
	})
}

// The time is linear in their number, although all want the same name: seconds at most, where a square would take
// minutes. Nothing is downloaded.
func TestNamesOfManyFiles(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]func(i int) string{
		"one name":        func(i int) string { return fmt.Sprintf("%d/a.csv", i) },
		"and its numbers": func(i int) string { return []string{"a.csv", fmt.Sprintf("x/a-%d.csv", i)}[i%2] },
		"one long name":   func(int) string { return strings.Repeat("x", 200) + ".csv" },
		"long names, each twice": func(i int) string {
			return fmt.Sprintf("%s%05d.csv", strings.Repeat("x", 111), i/2)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			urls := make([]string, 20_000)
			for i := range urls {
				urls[i] = "https://f.example/" + path(i)
			}
			var asked atomic.Int32
			client := newClient(t, fakevantage.New(fakevantage.Options{}), func(o *vantage.Options) {
				o.Transport = roundTripper(func(*http.Request) (*http.Response, error) {
					asked.Add(1)
					return nil, errors.New("no such host")
				})
			})
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			_, err := client.Download(ctx, exportOf(urls...), t.TempDir(), func(vantage.DownloadProgress) { cancel() })
			if wantKind(t, err, vantage.Interrupted); asked.Load() == 0 {
				t.Error("no file was asked for")
			}
		})
	}
}

func TestManyFilesOfOneName(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		urls := slices.Repeat([]string{"https://f.example/a.csv"}, 1_000)
		names := download(ctx, t, t.TempDir(), urls...)
		if names[0] != "a.csv" || names[1] != "a-2.csv" || names[9] != "a-10.csv" || names[999] != "a-1000.csv" {
			t.Errorf("%q", names)
		}
	})
}

func TestManyFilesOfOneLongName(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		long := strings.Repeat("x", 200)
		names := download(ctx, t, t.TempDir(), slices.Repeat([]string{"https://f.example/" + long + ".csv"}, 101)...)
		for number, want := range map[int]string{
			1: long[:116] + ".csv", 2: long[:114] + "-2.csv", 9: long[:114] + "-9.csv",
			10: long[:113] + "-10.csv", 99: long[:113] + "-99.csv", 100: long[:112] + "-100.csv",
		} {
			if got := names[number-1]; got != want {
				t.Errorf("%d: %s, want %s", number, got, want)
			}
		}
	})
}
