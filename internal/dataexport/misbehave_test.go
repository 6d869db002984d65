package dataexport_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

func get(h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc { return on(http.MethodGet, h) }

func post(h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return on(http.MethodPost, h)
}

func on(method string, h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return func(r fakevantage.Request) http.HandlerFunc {
		if r.Method == method {
			return h
		}
		return nil
	}
}

// onFile answers requests for one file of an export, by its number.
func onFile(number int, h http.HandlerFunc) func(fakevantage.Request) http.HandlerFunc {
	return func(r fakevantage.Request) http.HandlerFunc {
		if strings.HasSuffix(r.Path, fmt.Sprintf("%03d.csv", number)) {
			return h
		}
		return nil
	}
}

// later answers with a status after a second.
func later(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Second)
		fakevantage.HTML(status)(w, r)
	}
}
