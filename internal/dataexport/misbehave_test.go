package dataexport_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

// answering makes the fake answer the requests that match with h.
func answering(h http.HandlerFunc, match func(fakevantage.Request) bool) func(fakevantage.Request) http.HandlerFunc {
	return func(r fakevantage.Request) http.HandlerFunc {
		if match(r) {
			return h
		}
		return nil
	}
}

// always makes the fake answer all requests with h, files included.
func always(h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return answering(h, func(fakevantage.Request) bool { return true })
}

func get(h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return answering(h, func(r fakevantage.Request) bool { return r.Method == http.MethodGet })
}

func post(h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return answering(h, func(r fakevantage.Request) bool { return r.Method == http.MethodPost })
}

// onFile answers requests for one file of an export, by its number.
func onFile(number int, h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	name := fmt.Sprintf("%03d.csv", number)
	return answering(h, func(r fakevantage.Request) bool { return strings.HasSuffix(r.Path, name) })
}

// onFirstOfFiles answers the first request for each file.
func onFirstOfFiles(h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return answering(h, func(r fakevantage.Request) bool { return isFile(r) && r.Nth == 1 })
}

func isFile(r fakevantage.Request) bool { return strings.HasPrefix(r.Path, "/files/") }

// later answers with a status after a second.
func later(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Second)
		fakevantage.HTML(status)(w, r)
	}
}
