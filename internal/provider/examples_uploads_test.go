package provider_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// upload is an example that uploads the file of an export.
type upload struct {
	example, container string // the directory of the example, and the variable that names the container
	typeName           string
}

var uploads = []upload{
	{"uploads/s3", "bucket", "aws_s3_object"},
	{"uploads/gcs", "bucket", "google_storage_bucket_object"},
	{"uploads/azure", "storage_container_id", "azurerm_storage_blob"},
}

// startUpload returns an API whose exports have different content, an object store, and a runner.
func startUpload(t *testing.T, u upload, files int) (*acctest.API, *acctest.ObjectStore, *acctest.CLI) {
	t.Helper()
	api := acctest.Start(t, fakevantage.Options{
		RetryAfter: "0", Files: files,
		Misbehave: func(r fakevantage.Request) http.HandlerFunc {
			if !strings.HasPrefix(r.Path, "/files/") {
				return nil
			}
			return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, r.Path) }
		},
	})
	store := acctest.NewObjectStore(t)
	return api, store, u.runner(t, api, store)
}

// runner returns a machine with the configuration and without a state.
func (u upload) runner(t *testing.T, api *acctest.API, store *acctest.ObjectStore) *acctest.CLI {
	t.Helper()
	return acctest.NewAttachedCLI(t, api, "examples/"+u.example, store.Env(), "TF_VAR_cost_report_token=rprt_1",
		"TF_VAR_"+u.container+"=finops", "TF_VAR_start=2024-11")
}

// nextRunner returns a machine that has the state of another, and no files.
func (u upload) nextRunner(
	t *testing.T, api *acctest.API, store *acctest.ObjectStore, last *acctest.CLI,
) *acctest.CLI {
	t.Helper()
	next := u.runner(t, api, store)
	moveState(t, last, next)
	if err := os.RemoveAll(filepath.Join(last.Dir, "exports")); err != nil {
		t.Fatal(err)
	}
	return next
}

// wantUploaded expects so many exports and uploads, and the file of the export in the state as the object.
func (u upload) wantUploaded(
	t *testing.T, api *acctest.API, store *acctest.ObjectStore, cli *acctest.CLI, exports, uploads int,
) {
	t.Helper()
	if api.Posts() != exports || store.Uploads() != uploads {
		t.Errorf("%d exports and %d uploads, want %d and %d", api.Posts(), store.Uploads(), exports, uploads)
	}
	token := cli.Instances()["vantage_unit_cost_export.latest"].Attributes["token"]
	want := fmt.Sprintf("/files/%s/unit_costs-001.csv", token)
	if content := store.Object(u.typeName, "finops", "unit-costs/latest.csv"); content != want {
		t.Errorf("the object has %q, want the file %s", content, want)
	}
}

// Each machine has the state of the one before, and none of its files.
func TestUploads(t *testing.T) {
	t.Parallel()
	for _, u := range uploads {
		t.Run(u.example, func(t *testing.T) {
			t.Parallel()
			api, store, cli := startUpload(t, u, 1)
			apply(t, cli)
			u.wantUploaded(t, api, store, cli, 1, 1)
			cli = u.nextRunner(t, api, store, cli)
			cli.WantEmptyPlan()
			aDayPasses(api, cli)
			apply(t, cli)
			u.wantUploaded(t, api, store, cli, 2, 2)
			cli.MustRun("destroy", "-auto-approve", "-no-color")
			if api.Posts() != 2 || store.Object(u.typeName, "finops", "unit-costs/latest.csv") != "" {
				t.Errorf("%d exports after the destroy, want 2 and no object", api.Posts())
			}
		})
	}
}

// After a failed upload, the guide's command repeats it without a new export, also on another machine.
func TestUploads_repeatsFailedUpload(t *testing.T) {
	t.Parallel()
	u := uploads[0]
	api, store, cli := startUpload(t, u, 1)
	for exports := 1; exports <= 2; exports++ {
		store.SetAvailable(false)
		if out, ok := cli.Run("apply", "-auto-approve", "-no-color"); ok {
			t.Errorf("the apply succeeds without the object store: %s", out)
		}
		store.SetAvailable(true)
		cli = u.nextRunner(t, api, store, cli)
		apply(t, cli, "-replace=vantage_data_export_download.latest", "-replace="+u.typeName+".latest")
		u.wantUploaded(t, api, store, cli, exports, exports)
		cli.WantEmptyPlan()
		aDayPasses(api, cli)
	}
}

func TestUploads_unexpectedFiles(t *testing.T) {
	t.Parallel()
	for want, files := range map[string]int{"0 files": -1, "2 files": 2} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			api, store, cli := startUpload(t, uploads[0], files)
			out, ok := cli.Run("apply", "-auto-approve", "-no-color")
			if ok || !strings.Contains(out, "The export has "+want+" instead of one.") || store.Uploads() != 0 {
				t.Errorf("succeeded: %t, %d uploads: %s", ok, store.Uploads(), out)
			}
			cli.MustRun("destroy", "-auto-approve", "-no-color")
			if api.Posts() != 1 {
				t.Errorf("%d exports, want 1", api.Posts())
			}
		})
	}
}
