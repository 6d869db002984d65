// Package contract validates requests of the provider and responses of the fake in tests against the vendor's OpenAPI
// description.
package contract

import (
	"context"
	_ "embed" // the description
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"terraform-provider-vantage/internal/fakevantage"
)

//go:embed testdata/vantage.openapi.yaml
var vendors []byte

// described is the description for Check, read once per process.
var described = sync.OnceValues(func() (routers.Router, error) { return newRouter(gaps()) })

// Hold fails the test if Check fails for an exchange of the fake. It uses Options.Log.
func Hold(t testing.TB, fake *fakevantage.Server) {
	fake.Change(func(o *fakevantage.Options) {
		o.Log = func(e fakevantage.Exchange) {
			if err := Check(e); err != nil {
				t.Error(err)
			}
		}
	})
}

// Check returns how an exchange differs from the vendor's description with its known gaps filled, or nil. If the fake
// misbehaved or the connection was broken, it checks the request only. It ignores requests for files, whose paths do
// not start with /v2/.
func Check(e fakevantage.Exchange) error {
	if !strings.HasPrefix(e.Path, "/v2/") {
		return nil
	}
	router, err := described()
	if err == nil {
		err = check(router, e)
	}
	if err != nil {
		return fmt.Errorf("the exchange differs from the description of the API: %s %s %d: %w",
			e.Method, e.Path, e.Status, err)
	}
	return nil
}

// newRouter returns the routes of the vendor's description with the gaps filled.
func newRouter(filled []gap) (routers.Router, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(vendors)
	if err != nil {
		return nil, err
	}
	for _, g := range filled {
		g.fill(doc)
	}
	if err := doc.Validate(loader.Context); err != nil {
		return nil, err
	}
	return gorillamux.NewRouter(doc)
}

func check(router routers.Router, e fakevantage.Exchange) error {
	at := url.URL{Path: e.Path, RawQuery: e.Query}
	req, err := http.NewRequestWithContext(context.Background(), e.Method, at.String(), strings.NewReader(e.Body))
	if err != nil {
		return err
	}
	req.Header = e.Header
	route, path, err := router.FindRoute(req)
	if err != nil {
		return err
	}
	request := &openapi3filter.RequestValidationInput{
		Request: req, PathParams: path, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc:                bearer,
			RejectWhenRequestBodyNotSpecified: true,
			IncludeResponseStatus:             true,
			SkipSettingDefaults:               true,
		},
	}
	wrong := []error{unlisted(request), openapi3filter.ValidateRequest(req.Context(), request)}
	if e.Status != 0 && !e.Misbehaved {
		response := &openapi3filter.ResponseValidationInput{
			RequestValidationInput: request, Status: e.Status, Header: e.AnswerHeader, Options: request.Options,
		}
		response.SetBodyBytes(e.AnswerBody)
		wrong = append(wrong, openapi3filter.ValidateResponse(req.Context(), response))
	}
	return errors.Join(wrong...)
}

// bearer requires a bearer token.
func bearer(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	token, ok := strings.CutPrefix(in.RequestValidationInput.Request.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return errors.New("the request has no bearer token")
	}
	return nil
}

// unlisted rejects query parameters that are not described, which the library ignores.
func unlisted(in *openapi3filter.RequestValidationInput) error {
	for name, values := range in.GetQueryParams() {
		if in.Route.Operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			return fmt.Errorf("the query has a parameter %q that is not described", name)
		}
		if len(values) > 1 {
			return fmt.Errorf("the query has the parameter %q more than once", name)
		}
	}
	return nil
}
