package dataexport_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime/metrics"
	"testing"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

// Not parallel: it measures the memory of the whole process.
func TestDownloads_useConstantMemory(t *testing.T) { //nolint:paralleltest // see above
	const most = 16 << 20 // half of a file; on a busy machine some garbage is counted
	if objects, _ := invokeMeasured(t, 32<<20); objects > most {
		t.Errorf("three files of 32 MiB took %d bytes of memory, want %d at most", objects, most)
	}
}

// BenchmarkAction downloads three files, each of which is cut in the middle, and reports the largest growth of the heap
// and of the memory that the Go runtime has reserved. The fake runs in the same process and is included.
func BenchmarkAction(b *testing.B) {
	for _, megabytes := range []int64{1, 100} {
		b.Run(fmt.Sprintf("3 files of %d MB", megabytes), func(b *testing.B) {
			var objects, system int64
			b.SetBytes(3 * megabytes * 1e6)
			for b.Loop() {
				o, s := invokeMeasured(b, megabytes*1e6)
				objects, system = max(objects, o), max(system, s)
			}
			b.ReportMetric(float64(objects)/1e6, "heap-growth-MB")
			b.ReportMetric(float64(system)/1e6, "system-growth-MB")
		})
	}
}

// invokeMeasured invokes the action on three files over real connections, each of which breaks in the middle once. It
// returns the largest growth of the memory of the process in bytes.
func invokeMeasured(t testing.TB, size int64) (objects, system int64) {
	t.Helper()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0", Files: 3, FileSize: size})
	api.Change(func(o *fakevantage.Options) { o.Misbehave = onFirstOfFiles(api.CutFile(size / 2)) })
	p := acctest.NewProtocol(t, &vantage.Options{Host: api.URL, APIToken: acctest.APIToken})
	directory := t.TempDir()
	var told acctest.Invocation
	objects, system = growth(func() { told = p.Invoke(t.Context(), withDirectory(directory)) })
	if len(told.Diagnostics) > 0 {
		t.Fatalf("%v %v", told.Errors(), told.Warnings())
	}
	resumed := 0
	for _, r := range api.Requests() {
		if r.Header.Get("Range") == fmt.Sprintf("bytes=%d-", size/2) && r.Status == http.StatusPartialContent {
			resumed++
		}
		if isFile(r) && r.Header.Get("Authorization") != "" {
			t.Errorf("the request for %s has the API token", r.Path)
		}
	}
	if n := api.Count(http.MethodGet, "/files/"); n != 6 || resumed != 3 {
		t.Errorf("%d requests for files, %d for their second halves; want 6 and 3", n, resumed)
	}
	for _, name := range filesIn(t, directory) {
		if info, err := os.Stat(filepath.Join(directory, name)); err != nil || info.Size() != size {
			t.Errorf("%v, %v", info, err)
		}
	}
	return objects, system
}

// growth runs f and returns the largest growth of the memory in bytes.
func growth(f func()) (objects, system int64) {
	before := memory()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			now := memory()
			objects, system = max(objects, now[0]-before[0]), max(system, now[1]-before[1])
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	f()
	close(stop)
	<-stopped
	return objects, system
}

func memory() [2]int64 {
	samples := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/total:bytes"}}
	metrics.Read(samples)
	return [2]int64{int64(samples[0].Value.Uint64()), int64(samples[1].Value.Uint64())}
}
