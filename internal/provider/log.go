package provider

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// newLogger returns a logger that writes to Terraform's own log, through the context of each call.
func newLogger() *slog.Logger { return slog.New(tflogHandler{}) }

// tflogHandler hands records to tflog, which decides by TF_LOG what is shown.
type tflogHandler struct{ attrs []slog.Attr }

func (h tflogHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h tflogHandler) Handle(ctx context.Context, record slog.Record) error {
	fields := map[string]any{}
	add := func(a slog.Attr) bool {
		value := a.Value.Any()
		if d, ok := value.(time.Duration); ok {
			value = d.String()
		}
		fields[a.Key] = value
		return true
	}
	for _, a := range h.attrs {
		add(a)
	}
	record.Attrs(add)
	switch {
	case record.Level >= slog.LevelError:
		tflog.Error(ctx, record.Message, fields)
	case record.Level >= slog.LevelWarn:
		tflog.Warn(ctx, record.Message, fields)
	case record.Level >= slog.LevelInfo:
		tflog.Info(ctx, record.Message, fields)
	default:
		tflog.Debug(ctx, record.Message, fields)
	}
	return nil
}

func (h tflogHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return tflogHandler{append(h.attrs[:len(h.attrs):len(h.attrs)], attrs...)}
}

// WithGroup is not used by the client, which logs flat fields.
func (h tflogHandler) WithGroup(string) slog.Handler { return h }

// quietLog switches off the log of this process, the SDK's part included, unless a variable is set that asks for it.
//
// The SDK writes some forty records a call, and leaves it to Terraform to throw away those below the level of TF_LOG.
// Where no log is asked for that is all of them, and writing and parsing them is a third of what a call costs both
// sides.
func quietLog() error {
	asks := []string{
		"TF_LOG", "TF_LOG_PROVIDER", // what Terraform shows of a provider's log
		"TF_TEMP_LOG_PATH", // a file to which Terraform writes all logs, whatever their level
	}
	levels := []string{"TF_LOG_PROVIDER_VANTAGE", "TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK"}
	for _, name := range append(asks, levels...) {
		if os.Getenv(name) != "" {
			return nil
		}
	}
	for _, name := range levels {
		if err := os.Setenv(name, "OFF"); err != nil {
			return err
		}
	}
	return nil
}
