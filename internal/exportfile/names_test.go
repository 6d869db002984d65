package exportfile_test

import (
	"context"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/exportfile"
	"terraform-provider-vantage/internal/vantage"
)

// namesOf returns the names of the files that are downloaded from URLs, all of which exist.
func namesOf(ctx context.Context, t *testing.T, directory, prefix string, urls ...string) ([]string, error) {
	t.Helper()
	client := newClientOf(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		header := http.Header{}
		if strings.Contains(strings.ToLower(r.URL.Path), ".htm") {
			header.Set("Content-Type", "text/html")
		}
		return &http.Response{StatusCode: 200, Header: header, Request: r, Body: http.NoBody}, nil
	}))
	files, err := client.Files.Download(ctx, exportOf(urls...), exportfile.Target{
		Directory: directory, NamePrefix: prefix, OnProgress: func(exportfile.File, *vantage.Error, time.Duration) {},
	})
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	return names, err
}

func TestDownload_namesFiles(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 100)
	for name, test := range map[string]struct {
		prefix     string
		urls, want []string
	}{
		"as in the URL": {"", []string{"/x/unit_costs-001.csv?s=1"}, []string{"unit_costs-001.csv"}},
		"prefix":        {"vntg-", []string{"/a.csv", "/.b.csv", ""}, []string{"vntg-a.csv", "vntg-b.csv", "vntg-file"}},
		"same twice":    {"", []string{"/1/a.csv", "/2/a.csv", "/3/a-2.csv"}, []string{"a.csv", "a-2.csv", "a-2-2.csv"}},
		"but for case":  {"", []string{"/a.CSV", "/A.csv"}, []string{"a.CSV", "A-2.csv"}},
		"two extensions": {
			"", []string{"/a.csv.gz", "/b/a.csv.gz", "/c/a.CSV.GZ"}, []string{"a.csv.gz", "a-2.csv.gz", "a-3.CSV.GZ"},
		},
		"dots": {
			"", []string{"/costs.2026.11.24.csv", "/2/costs.2026.11.24.csv"},
			[]string{"costs.2026.11.24.csv", "costs.2026.11.24-2.csv"},
		},
		"no extension": {"", []string{"/a", "/b/a"}, []string{"a", "a-2"}},
		"escaped":      {"", []string{"/Kosten%20M%C3%A4rz.csv"}, []string{"Kosten März.csv"}},
		"no path":      {"", []string{"", "/?a=b", "/a/..", "/%2F%2F"}, []string{"file", "file-2", "file-3", "file-4"}},
		"other directory": {
			"", []string{"/..%2F..%2Fetc%2Fpasswd", "/%5C..%5Cx.csv"}, []string{"_.._etc_passwd", "_.._x.csv"},
		},
		"hidden": {"", []string{"/.bashrc", "/%2E%2E", "/...a"}, []string{"bashrc", "file", "a"}},
		"option": {"", []string{"/--rf.csv"}, []string{"rf.csv"}},
		"control characters": {
			"", []string{"/a%00%1B%5B31m%E2%80%AEvsc.csv", "/a%FF.csv"}, []string{"a__[31m_vsc.csv", "a_.csv"},
		},
		"special on Windows": {
			"", []string{"/a:b*c%3F.csv", "/a.csv.%20."}, []string{"a_b_c_.csv", "a.csv"},
		},
		"reserved on Windows": {
			"", []string{"/NUL", "/con.csv", "/Com1.tar.gz", "/lpt%C2%B3%20.csv", "/CONIN$", "/console.csv", "/com.csv"},
			[]string{"_NUL", "_con.csv", "_Com1.tar.gz", "_lpt³.csv", "_CONIN$", "console.csv", "com.csv"},
		},
		"reserved with a prefix": {"co", []string{"/n.csv"}, []string{"_con.csv"}},
		"page":                   {"", []string{"/a.html", "/b.HTM"}, []string{"a.html", "b.HTM"}},
		"too long": {
			"", []string{"/" + long + ".csv", "/2/" + long + ".csv"}, []string{long[:108] + ".csv", long[:108] + "-2.csv"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i := range test.urls {
				test.urls[i] = "https://f.example" + test.urls[i]
			}
			directory := t.TempDir()
			if got, err := namesOf(t.Context(), t, directory, test.prefix, test.urls...); !slices.Equal(got, test.want) {
				t.Errorf("%q, %v, want %q", got, err, test.want)
			}
			found := slices.Sorted(maps.Keys(filesIn(t, directory)))
			if !slices.Equal(found, slices.Sorted(slices.Values(test.want))) {
				t.Errorf("found %q", found)
			}
		})
	}
}

func FuzzDownload_names(f *testing.F) {
	for _, path := range []string{
		"a.csv", "..%2f..", "NUL", "%2e", "a/b/", "%ff%fe", strings.Repeat("x", 300), "a.b.c.d.e", " . ",
	} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		parent := t.TempDir()
		directory := filepath.Join(parent, "in")
		if err := exportfile.PrepareDirectory(directory); err != nil {
			t.Fatal(err)
		}
		names, err := namesOf(t.Context(), t, directory, "", "https://f.example/"+path, "https://f.example/2/"+path)
		if err != nil {
			wantKind(t, err, vantage.Malformed)
			return
		}
		one, two := names[0], names[1]
		if found := filesIn(t, directory); len(found) != 2 || one == two || !filepath.IsLocal(one) || len(two) > 120 {
			t.Errorf("%q of %q, found %v", names, path, found)
		}
		if entries, err := filepath.Glob(filepath.Join(parent, "*")); err != nil || len(entries) != 1 {
			t.Errorf("%v, %v", entries, err)
		}
	})
}
