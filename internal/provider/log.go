package provider

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// tflogHandler writes records to Terraform's log through the context of each call. TF_LOG decides what is shown.
type tflogHandler struct{ attrs []slog.Attr }

func (h tflogHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h tflogHandler) Handle(ctx context.Context, record slog.Record) error {
	fields := map[string]any{}
	add := func(a slog.Attr) bool {
		fields[a.Key] = a.Value.Any()
		if d, ok := fields[a.Key].(time.Duration); ok {
			fields[a.Key] = d.String()
		}
		return true
	}
	for _, a := range h.attrs {
		add(a)
	}
	record.Attrs(add)
	write := tflog.Debug
	switch {
	case record.Level >= slog.LevelError:
		write = tflog.Error
	case record.Level >= slog.LevelWarn:
		write = tflog.Warn
	case record.Level >= slog.LevelInfo:
		write = tflog.Info
	}
	write(ctx, record.Message, fields)
	return nil
}

func (h tflogHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return tflogHandler{append(h.attrs[:len(h.attrs):len(h.attrs)], attrs...)}
}

// WithGroup returns h, because the client logs flat fields.
func (h tflogHandler) WithGroup(string) slog.Handler { return h }

// disableUnusedLogs disables the log of this process, including the SDK's part, unless an environment variable
// requests a log. The SDK writes some forty records a call, and Terraform discards those below the level of TF_LOG.
// If no log is requested, that is all of them, and they cost a third of a call's time on both sides.
func disableUnusedLogs() {
	levels := []string{"TF_LOG_PROVIDER_VANTAGE", "TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK"}
	// Terraform writes all logs, whatever their level, to the file TF_TEMP_LOG_PATH.
	for _, name := range append(levels, "TF_LOG", "TF_LOG_PROVIDER", "TF_TEMP_LOG_PATH") {
		if os.Getenv(name) != "" {
			return
		}
	}
	for _, name := range levels {
		_ = os.Setenv(name, "OFF")
	}
}
