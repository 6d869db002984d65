package dataexport

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// downloadedFile is an element of files.
type downloadedFile struct {
	Name   string `tfsdk:"name"`
	Path   string `tfsdk:"path"`
	Size   int64  `tfsdk:"size"`
	SHA256 string `tfsdk:"sha256"`
}

var downloadedFileType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"name":   types.StringType,
	"path":   types.StringType,
	"size":   types.Int64Type,
	"sha256": types.StringType,
}}

// verify returns an error if the file on disk is not as it was downloaded: by its type, its size and then its digest.
// It ends with ctx.
func (f downloadedFile) verify(ctx context.Context) error {
	info, err := os.Stat(f.Path)
	switch {
	case err != nil:
		return fmt.Errorf("cannot be read: %w", errors.Unwrap(err))
	case !info.Mode().IsRegular(): // a device or a FIFO may have no end, or no beginning
		return errors.New("is no longer a regular file")
	case info.Size() != f.Size:
		return fmt.Errorf("no longer has %d bytes", f.Size)
	}
	file, err := os.OpenFile(f.Path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // another file may be there by now
	if err != nil {
		return fmt.Errorf("cannot be read: %w", errors.Unwrap(err))
	}
	defer func() { _ = file.Close() }()
	if opened, err := file.Stat(); err != nil || !os.SameFile(opened, info) {
		return errors.New("was replaced while it was read")
	}
	digest := sha256.New()
	_, err = io.Copy(digest, untilDone{ctx, io.LimitReader(file, f.Size)})
	if err != nil || hex.EncodeToString(digest.Sum(nil)) != f.SHA256 {
		return errors.New("no longer has the content that was downloaded")
	}
	return nil
}

// untilDone reads until ctx ends.
type untilDone struct {
	ctx context.Context
	io.Reader
}

// Read implements io.Reader.
func (r untilDone) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}
