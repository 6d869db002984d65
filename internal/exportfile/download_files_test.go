package exportfile_test

import (
	"context"
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

func TestWhatAKilledRunHasLeftIsRemoved(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	before := map[string]time.Duration{
		".vantage-1.part":  25 * time.Hour,
		".vantage-2.part":  23 * time.Hour,
		".mine-3.part":     25 * time.Hour,
		"vantage-4.part":   25 * time.Hour,
		".vantage-5.parts": 25 * time.Hour,
	}
	for name, age := range before {
		file := filepath.Join(directory, name)
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, time.Now(), time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	old := filepath.Join(directory, ".vantage-6.part")
	if err := os.Mkdir(old, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(old, time.Now(), time.Now().Add(-25*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if names := download(t.Context(), t, directory, "https://f.example/a.csv"); len(names) != 1 {
		t.Errorf("%q", names)
	}
	entries, err := os.ReadDir(directory)
	var there []string
	for _, e := range entries {
		there = append(there, e.Name())
	}
	want := []string{
		".mine-3.part", ".vantage-2.part", ".vantage-5.parts", ".vantage-6.part", "a.csv", "vantage-4.part",
	}
	if err != nil || !slices.Equal(there, want) {
		t.Errorf("%v, there are %q", err, there)
	}
}

// A temporary file has a name that the next run knows for the product's own.
func TestAFileOnItsWayHasAHiddenName(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		directory, cuts := t.TempDir(), 0
		fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
			if r.Nth == 1 {
				return cut(whole)
			}
			return serve(whole)
		}})
		_, err := newClient(t, fake).Download(ctx, exportOf(signed), directory, func(p vantage.DownloadProgress) {
			for name := range inDirectory(t, directory) {
				if p.Failure != nil && strings.HasPrefix(name, ".vantage-") && strings.HasSuffix(name, ".part") {
					cuts++
				}
			}
		})
		if err != nil || cuts != 1 {
			t.Errorf("%v, seen %d times", err, cuts)
		}
	})
}

// A file that its name says to be compressed stays so.
func TestACompressedFileOfThatName(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(
			fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc { return gzipped(whole) }},
		)
		directory := t.TempDir()
		written, err := newClient(t, fake).Download(ctx, exportOf("https://f.example/a.csv.gz"), directory, nil)
		if there := inDirectory(t, directory); err != nil || there["a.csv.gz"] != compress(whole) {
			t.Errorf("%v, %v", written, err)
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
		_, err := newClient(t, fake).Download(ctx, exportOf(signed), directory, func(p vantage.DownloadProgress) {
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
		fake := fakevantage.New(
			fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc { return serve(whole) }},
		)
		_, err := newClient(t, fake).Download(ctx, exportOf(signed), directory, nil)
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
		options := fakevantage.Options{Files: 3, FileSize: 3 << 20, RetryAfter: "0"}
		options.Misbehave = func(r fakevantage.Request) http.HandlerFunc {
			if strings.HasSuffix(r.Path, "001.csv") {
				return serve(whole)
			}
			return nil
		}
		fake := fakevantage.New(options)
		client := newClient(t, fake)
		written, err := client.Download(t.Context(), completed(t.Context(), t, client), directory, nil)
		e := wantKind(t, err, vantage.NotWritten)
		if e.File == "unit_costs-001.csv" || len(written) != len(inDirectory(t, directory)) || len(files(t, fake)) > 3 {
			t.Errorf(
				"%v, %v, there are %d, %d requests",
				written,
				err,
				len(inDirectory(t, directory)),
				len(files(t, fake)),
			)
		}
		return
	}
	if runtime.GOOS == "windows" {
		t.Skip("needs ulimit")
	}
	cmd := exec.CommandContext(
		t.Context(),
		"sh",
		"-c",
		`ulimit -f 2048 && exec "$0" -test.run '^TestAFullDisk$' -test.v -test.timeout 1m`,
		os.Args[0],
	)
	cmd.Env = append(os.Environ(), marker+"="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestAFullDisk") {
		t.Errorf("%v: %s", err, out)
	}
}
