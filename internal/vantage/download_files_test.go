package vantage_test

import (
	"context"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// download fetches addresses from a server that has a file for each of them, and returns the names that they were
// given.
func download(ctx context.Context, t *testing.T, directory string, addresses ...string) []string {
	t.Helper()
	fake := fakevantage.New(fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc { return serve("text") }})
	written, err := newClient(t, fake).Download(ctx, addresses, directory, nil)
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
	for name, test := range map[string]struct{ addresses, want []string }{
		"as in the address":   {[]string{"https://f.example/x/unit_costs-001.csv?s=1"}, []string{"unit_costs-001.csv"}},
		"the same twice":      {[]string{"https://f.example/1/a.csv", "https://f.example/2/a.csv", "https://f.example/3/a-2.csv"}, []string{"a.csv", "a-2.csv", "a-2-2.csv"}},
		"but for their case":  {[]string{"https://f.example/a.CSV", "https://f.example/A.csv"}, []string{"a.CSV", "A-2.csv"}},
		"two extensions":      {[]string{"https://f.example/a.csv.gz", "https://f.example/b/a.csv.gz"}, []string{"a.csv.gz", "a-2.csv.gz"}},
		"no extension":        {[]string{"https://f.example/a", "https://f.example/b/a"}, []string{"a", "a-2"}},
		"escaped":             {[]string{"https://f.example/Kosten%20M%C3%A4rz.csv"}, []string{"Kosten März.csv"}},
		"no path":             {[]string{"https://f.example", "https://f.example/?a=b", "https://f.example/a/.."}, []string{"file", "file-2", "file-3"}},
		"another directory":   {[]string{"https://f.example/..%2F..%2Fetc%2Fpasswd", "https://f.example/%5C..%5Cx.csv"}, []string{"_.._etc_passwd", "_.._x.csv"}},
		"hidden":              {[]string{"https://f.example/.bashrc", "https://f.example/%2E%2E", "https://f.example/...a"}, []string{"bashrc", "file", "a"}},
		"an option":           {[]string{"https://f.example/--rf.csv"}, []string{"rf.csv"}},
		"control characters":  {[]string{"https://f.example/a%00%1B%5B31m%E2%80%AEvsc.csv", "https://f.example/a%FF.csv"}, []string{"a__[31m_vsc.csv", "a_.csv"}},
		"special to Windows":  {[]string{"https://f.example/a:b*c%3F.csv", "https://f.example/NUL.csv", "https://f.example/com1", "https://f.example/a.csv.%20."}, []string{"a_b_c_.csv", "_NUL.csv", "_com1", "a.csv"}},
		"too long":            {[]string{"https://f.example/" + long + ".csv", "https://f.example/2/" + long + ".csv"}, []string{long[:116] + ".csv", long[:114] + "-2.csv"}},
		"nothing but slashes": {[]string{"https://f.example/%2F%2F"}, []string{"file"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Minute, func(t *testing.T, ctx context.Context) {
				directory := t.TempDir()
				if got := download(ctx, t, directory, test.addresses...); !slices.Equal(got, test.want) {
					t.Errorf("%q, want %q", got, test.want)
				}
				if there := slices.Sorted(maps.Keys(inDirectory(t, directory))); !slices.Equal(there, slices.Sorted(slices.Values(test.want))) {
					t.Errorf("there are %q", there)
				}
			})
		})
	}
}

func FuzzNamesOfFiles(f *testing.F) {
	for _, path := range []string{"a.csv", "..%2f..", "NUL", "%2e", "a/b/", "%ff%fe", strings.Repeat("x", 300), "a.b.c.d.e", " . "} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		parent := t.TempDir()
		directory := filepath.Join(parent, "in")
		if err := vantage.PrepareDirectory(directory); err != nil {
			t.Fatal(err)
		}
		transport := roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Request: r, Body: http.NoBody}, nil
		})
		client := newClient(t, fakevantage.New(fakevantage.Options{}), func(o *vantage.Options) { o.Transport = transport })
		written, err := client.Download(t.Context(), []string{"https://f.example/" + path, "https://f.example/2/" + path}, directory, nil)
		if err != nil {
			wantKind(t, err, vantage.Malformed)
			return
		}
		if len(inDirectory(t, directory)) != 2 || written[0].Name == written[1].Name || !filepath.IsLocal(written[0].Name) || len(written[1].Name) > 120 {
			t.Errorf("%q of %q, there are %v", written, path, inDirectory(t, directory))
		}
		if outside, err := os.ReadDir(parent); err != nil || len(outside) != 1 {
			t.Errorf("%v, %v", outside, err)
		}
	})
}

func TestAFileThatIsThereIsReplacedInOneMoment(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		directory := t.TempDir()
		if err := os.WriteFile(filepath.Join(directory, "a.csv"), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
			if r.Nth == 1 {
				return cut(whole)
			}
			return serve(whole)
		}})
		_, err := newClient(t, fake).Download(ctx, []string{signed}, directory, func(p vantage.DownloadProgress) {
			there := inDirectory(t, directory)
			if p.Failure != nil && (there["a.csv"] != "old" || len(there) != 2 || p.File.Size != 5000) {
				t.Errorf("%+v while there are %v", p, there)
			}
		})
		if there := inDirectory(t, directory); err != nil || len(there) != 1 || there["a.csv"] != whole {
			t.Errorf("%v, there are %d", err, len(there))
		}
	})
}

func TestADirectoryOfTheNameIsKept(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		directory := t.TempDir()
		if err := os.MkdirAll(filepath.Join(directory, "a.csv", "mine"), 0o700); err != nil {
			t.Fatal(err)
		}
		fake := fakevantage.New(fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc { return serve(whole) }})
		_, err := newClient(t, fake).Download(ctx, []string{signed}, directory, nil)
		if e := wantKind(t, err, vantage.NotWritten); e.File != "a.csv" || strings.Contains(err.Error(), "part") {
			t.Errorf("%v", err)
		}
		if entries, err := os.ReadDir(directory); err != nil || len(entries) != 1 {
			t.Errorf("%v, %v", entries, err)
		}
	})
}

func TestPrepareDirectory(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	directory := filepath.Join(parent, "a", "b")
	for range 2 {
		if err := vantage.PrepareDirectory(directory); err != nil || len(inDirectory(t, directory)) > 0 {
			t.Errorf("%v, there are %v", err, inDirectory(t, directory))
		}
	}
	file := filepath.Join(parent, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, directory := range []string{file, filepath.Join(file, "in")} {
		wantKind(t, vantage.PrepareDirectory(directory), vantage.NotWritten)
	}
	readOnly := filepath.Join(parent, "read-only")
	if err := os.Mkdir(readOnly, 0o500); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() > 0 { // the root user may write anywhere, and Windows knows no such mode
		wantKind(t, vantage.PrepareDirectory(readOnly), vantage.NotWritten)
	}
}

// There is no way to fill a disk that works everywhere, so a process of its own is not allowed to write more than a
// megabyte.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	const marker = "VANTAGE_TEST_FULL_DISK"
	if directory := os.Getenv(marker); directory != "" {
		fake := fakevantage.New(fakevantage.Options{Files: 3, RetryAfter: "0", Misbehave: func(r fakevantage.Request) http.HandlerFunc {
			if strings.HasSuffix(r.Path, "001.csv") {
				return serve(whole)
			}
			return nil
		}, FileSize: 3 << 20})
		client := newClient(t, fake)
		written, err := client.Download(t.Context(), completed(t.Context(), t, client), directory, nil)
		e := wantKind(t, err, vantage.NotWritten)
		if e.File == "unit_costs-001.csv" || len(written) != len(inDirectory(t, directory)) || len(files(t, fake)) > 3 {
			t.Errorf("%v, %v, there are %d, %d requests", written, err, len(inDirectory(t, directory)), len(files(t, fake)))
		}
		return
	}
	if runtime.GOOS == "windows" {
		t.Skip("needs ulimit")
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `ulimit -f 2048 && exec "$0" -test.run '^TestAFullDisk$' -test.v`, os.Args[0])
	cmd.Env = append(os.Environ(), marker+"="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestAFullDisk") {
		t.Errorf("%v: %s", err, out)
	}
}
