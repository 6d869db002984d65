package main

import (
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// store is the directory that holds the objects and a log of the uploads.
type store string

func (s store) path(elements ...string) string {
	return filepath.Join(append([]string{string(s)}, elements...)...)
}

// upload copies a file to the path of an object, and logs it.
func (s store) upload(source, object string) error {
	content, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	if _, err := os.Stat(s.path("unavailable")); err == nil {
		return errors.New("the object store is unavailable")
	}
	if err := os.MkdirAll(filepath.Dir(object), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(object, content, 0o600); err != nil {
		return err
	}
	uploads, err := os.OpenFile(s.path("uploads.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(uploads, object)
	return errors.Join(err, uploads.Close())
}

// md5Of returns the MD5 of a file in base64, and "" if the file cannot be read.
func md5Of(file string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	sum := md5.Sum(content)
	return base64.StdEncoding.EncodeToString(sum[:])
}
