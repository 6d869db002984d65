package dataexport_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

// misbehaving makes the fake respond to matching requests with h.
func misbehaving(h http.HandlerFunc, match func(fakevantage.Request) bool) func(fakevantage.Request) http.HandlerFunc {
	return func(r fakevantage.Request) http.HandlerFunc {
		if match(r) {
			return h
		}
		return nil
	}
}

// always makes the fake respond to all requests with h, those for files included.
func always(h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return misbehaving(h, func(fakevantage.Request) bool { return true })
}

func get(h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return misbehaving(h, func(r fakevantage.Request) bool { return r.Method == http.MethodGet })
}

func post(h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return misbehaving(h, func(r fakevantage.Request) bool { return r.Method == http.MethodPost })
}

// onFile makes the fake respond to requests for the file with a number with h.
func onFile(number int, h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	name := fmt.Sprintf("%03d.csv", number)
	return misbehaving(h, func(r fakevantage.Request) bool { return strings.HasSuffix(r.Path, name) })
}

// onFirstOfFiles makes the fake respond to the first request for each file with h.
func onFirstOfFiles(h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return misbehaving(h, func(r fakevantage.Request) bool { return isFile(r) && r.Nth == 1 })
}

func isFile(r fakevantage.Request) bool { return strings.HasPrefix(r.Path, "/files/") }

// later responds with a status after a second.
func later(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Second)
		fakevantage.HTML(status)(w, r)
	}
}
