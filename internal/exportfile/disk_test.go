package exportfile_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/exportfile"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestDownload_removesLeftoversOfKilledRuns(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	for name, age := range map[string]time.Duration{
		".vantage-1.part": 25 * time.Hour, ".vantage-2.part": 23 * time.Hour,
		".mine-3.part": 25 * time.Hour, "vantage-4.part": 25 * time.Hour, ".vantage-5.parts": 25 * time.Hour,
		".vantage-6.part/": 25 * time.Hour,
	} {
		file := filepath.Join(directory, name)
		create := func() error { return os.WriteFile(file, nil, 0o600) }
		if strings.HasSuffix(name, "/") {
			create = func() error { return os.Mkdir(file, 0o700) }
		}
		if err := create(); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, time.Now(), time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := namesOf(t.Context(), t, directory, "", "https://f.example/a.csv"); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(directory)
	var found []string
	for _, e := range entries {
		found = append(found, e.Name())
	}
	want := []string{".mine-3.part", ".vantage-2.part", ".vantage-5.parts", ".vantage-6.part", "a.csv", "vantage-4.part"}
	if err != nil || !slices.Equal(found, want) {
		t.Errorf("%v, found %q", err, found)
	}
}

// Until it is complete, a file has a hidden name that the next run recognizes.
func TestDownload_replacesExistingFilesWhenComplete(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		directory := t.TempDir()
		if err := os.WriteFile(filepath.Join(directory, "a.csv"), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		failures := 0
		_, err := download(ctx, newClient(t, fileServer(cut(whole), serve(whole))), exportOf(signed), directory,
			func(p progress) {
				if p.failure == nil {
					return
				}
				failures++
				parts, _ := filepath.Glob(filepath.Join(directory, ".vantage-*.part"))
				if found := filesIn(t, directory); found["a.csv"] != "old" || len(found) != 2 || len(parts) != 1 ||
					p.file.Size != 5000 {
					t.Errorf("%+v while there are %v", p, found)
				}
			})
		if found := filesIn(t, directory); err != nil || failures != 1 || len(found) != 1 || found["a.csv"] != whole {
			t.Errorf("%v, found %d", err, len(found))
		}
	})
}

// In a directory that others can write to, the temporary file can be exchanged for another.
func TestDownload_failsIfAnotherFileIsAtThePath(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	client := newClientOf(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		exchange := readerFunc(func([]byte) (int, error) {
			parts, _ := filepath.Glob(filepath.Join(directory, ".vantage-*.part"))
			if err := errors.Join(os.Remove(parts[0]), os.WriteFile(parts[0], []byte(whole), 0o600)); err != nil {
				t.Error(err)
			}
			return 0, io.EOF
		})
		return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: int64(len(whole)), Request: r,
			Body: io.NopCloser(io.MultiReader(strings.NewReader(whole), exchange))}, nil
	}))
	files, err := download(t.Context(), client, exportOf(signed), directory, nil)
	if wantKind(t, err, exportfile.NotWritten); len(files) > 0 || !strings.Contains(err.Error(), "exchanged") {
		t.Errorf("%v, %v", files, err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// The recorded file names of two exports of one report are the same.
func TestDownload_rejectsPathsOfAnotherExport(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		parent := t.TempDir()
		fake, directory, link := fileServer(serve(whole)), filepath.Join(parent, "prod"), filepath.Join(parent, "link")
		if err := errors.Join(os.Mkdir(directory, 0o700), os.Symlink(directory, link)); err != nil {
			t.Fatal(err)
		}
		client := newClient(t, fake)
		first, other := exportOf(signed), exportAs("dta_xprt_2", "https://files.example/files/A.CSV")
		for range 2 {
			if _, err := download(ctx, client, first, directory, nil); err != nil {
				t.Error(err)
			}
		}
		sent := len(requests(t, fake))
		_, err := download(ctx, client, other, directory, nil)
		wantKind(t, err, exportfile.PathTaken)
		for _, want := range []string{filepath.Join(directory, "A.CSV"), "dta_xprt_1", "dta_xprt_2"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v does not name %s", err, want)
			}
		}
		if len(requests(t, fake)) != sent || len(filesIn(t, directory)) != 1 {
			t.Errorf("%d requests, found %v", len(requests(t, fake)), filesIn(t, directory))
		}
		_, err = download(ctx, client, other, link, nil)
		wantKind(t, err, exportfile.PathTaken)
		// Another directory, unless the file system ignores the case.
		upper := filepath.Join(parent, "Prod")
		if err := os.Mkdir(upper, 0o700); err == nil {
			if _, err := download(ctx, client, other, upper, nil); err != nil {
				t.Errorf("another directory: %v", err)
			}
		}
		// An export that was rejected has claimed none of its files.
		other.Manifest.Files = append([]string{"https://files.example/files/b.csv"}, other.Manifest.Files...)
		_, err = download(ctx, client, other, directory, nil)
		wantKind(t, err, exportfile.PathTaken)
		if _, err := download(ctx, client, exportAs("dta_xprt_3", other.Manifest.Files[0]), directory, nil); err != nil {
			t.Error(err)
		}
	})
}

func TestPrepareDirectory(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	directory := filepath.Join(parent, "a", "b")
	mode := os.FileMode(0o700)
	for range 2 {
		if err := exportfile.PrepareDirectory(directory); err != nil || len(filesIn(t, directory)) > 0 {
			t.Errorf("%v, found %v", err, filesIn(t, directory))
		}
		info, err := os.Stat(directory)
		if err != nil || info.Mode().Perm() != mode && os.PathSeparator == '/' {
			t.Errorf("%v, %v, want %v", info, err, mode)
		}
		mode = 0o755 // an existing directory keeps its mode
		if err := os.Chmod(directory, mode); err != nil {
			t.Fatal(err)
		}
	}
	readOnly := filepath.Join(parent, "read-only")
	if err := os.Mkdir(readOnly, 0o500); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() > 0 { // root may write anywhere, and Windows has no such mode
		wantKind(t, exportfile.PrepareDirectory(readOnly), exportfile.NotWritten)
	}
}

// No disk can be filled everywhere, so a process of its own may write at most a megabyte.
func TestDownload_reportsAFullDisk(t *testing.T) {
	t.Parallel()
	const marker = "VANTAGE_TEST_FULL_DISK"
	if directory := os.Getenv(marker); directory != "" {
		fake := fakevantage.New(fakevantage.Options{Files: 3, FileSize: 3 << 20, RetryAfter: "0",
			Misbehave: func(r fakevantage.Request) http.HandlerFunc {
				if strings.HasSuffix(r.Path, "001.csv") {
					return serve(whole)
				}
				return nil
			}})
		client := newClient(t, fake)
		files, err := download(t.Context(), client, completed(t.Context(), t, client), directory, nil)
		e, found := wantKind(t, err, exportfile.NotWritten), len(filesIn(t, directory))
		if e.File == "unit_costs-001.csv" || len(files) != found || len(requests(t, fake)) > 3 {
			t.Errorf("%v, %v, found %d, %d requests", files, err, found, len(requests(t, fake)))
		}
		return
	}
	if runtime.GOOS == "windows" {
		t.Skip("needs ulimit")
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c",
		`ulimit -f 2048 && exec "$0" -test.run '^TestDownload_reportsAFullDisk$' -test.v -test.timeout 1m`, os.Args[0])
	cmd.Env = append(os.Environ(), marker+"="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestDownload_") {
		t.Errorf("%v: %s", err, out)
	}
}
