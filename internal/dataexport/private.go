package dataexport

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Private state keeps what belongs to neither the configuration nor the export.

type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// rememberedTime is the key of a time.
type rememberedTime string

const (
	// seenAt is when a refresh last asked the server. A plan goes by that rather than by the clock: Terraform plans twice,
	// and a plan that came out differently the second time would be refused.
	seenAt rememberedTime = "seen_at"
	// acceptedAt is when the server accepted the request for the export. For some seconds afterwards a 404 does not mean
	// that the export is gone.
	acceptedAt rememberedTime = "accepted_at"
)

func (t rememberedTime) save(ctx context.Context, private privateWriter, at time.Time) diag.Diagnostics {
	text, _ := json.Marshal(at.UTC()) // a time of this century can be written as JSON
	return private.SetKey(ctx, string(t), text)
}

// of returns the time, which is zero where none was saved.
func (t rememberedTime) of(ctx context.Context, private privateReader, diags *diag.Diagnostics) (at time.Time) {
	text, d := private.GetKey(ctx, string(t))
	diags.Append(d...)
	if json.Unmarshal(text, &at) != nil {
		return time.Time{}
	}
	return at
}

// importKey tells how far the import of an export has come; it is absent for one that was not imported.
const importKey = "import"

// importStage is the value of importKey. Each refresh moves it on by one. "terraform import" refreshes once at the
// import and once more before the first plan, an import block only at the import: so arguments are taken over from the
// configuration up to the second plan.
type importStage string

const (
	notImported     importStage = ""
	importBegun     importStage = `"begun"`
	importRead      importStage = `"read"`
	importRefreshed importStage = `"refreshed"`
	importTakenOver importStage = `"taken over"`
)

// next returns the stage after another refresh.
func (s importStage) next() importStage {
	switch s {
	case importBegun:
		return importRead
	case importRead:
		return importRefreshed
	case importRefreshed:
		return importTakenOver
	}
	return s
}

// takesOver reports whether arguments that the API does not tell are still taken over from the configuration, since
// there is nothing to compare them with.
func (s importStage) takesOver() bool { return s != notImported && s != importTakenOver }

func (s importStage) save(ctx context.Context, private privateWriter) diag.Diagnostics {
	if s == notImported {
		return nil
	}
	return private.SetKey(ctx, importKey, []byte(s))
}

func importStageOf(ctx context.Context, private privateReader, diags *diag.Diagnostics) importStage {
	text, d := private.GetKey(ctx, importKey)
	diags.Append(d...)
	return importStage(text)
}
