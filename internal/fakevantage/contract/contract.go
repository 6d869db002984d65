// Package contract holds what the provider asks of the API, and what the fake answers, to the vendor's own description
// of the API. It is for tests.
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

// described is what Check holds exchanges to, read once a process.
var described = sync.OnceValues(func() (*description, error) { return newDescription(gaps()) })

// Hold fails the test where a request to the fake, or an answer that the fake is not told to get wrong, differs from
// the vendor's description. It leaves out what is not below /v2/: the files of exports.
func Hold(t testing.TB, fake *fakevantage.Server) {
	fake.Change(func(o *fakevantage.Options) {
		log := o.Log
		o.Log = func(e fakevantage.Exchange) {
			if strings.HasPrefix(e.Path, "/v2/") {
				if err := Check(e); err != nil {
					t.Errorf("not as the API is described: %v", err)
				}
			}
			if log != nil {
				log(e)
			}
		}
	})
}

// Check returns where an exchange differs from the vendor's description, its known gaps filled; nil when it does not.
// Where the fake was told to get the answer wrong, and where the connection was broken, it checks the request only.
func Check(e fakevantage.Exchange) error {
	d, err := described()
	if err != nil {
		return err
	}
	return d.check(e)
}

// description is an OpenAPI description, ready to be held against.
type description struct{ router routers.Router }

// newDescription returns the vendor's description with the gaps filled.
func newDescription(filled []gap) (*description, error) {
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
	router, err := gorillamux.NewRouter(doc)
	return &description{router}, err
}

func (d *description) check(e fakevantage.Exchange) error {
	at := url.URL{Path: e.Path, RawQuery: e.Query}
	req, err := http.NewRequestWithContext(context.Background(), e.Method, at.String(), strings.NewReader(e.Body))
	if err != nil {
		return err
	}
	req.Header = e.Header
	route, path, err := d.router.FindRoute(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", e.Method, e.Path, err)
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
		answer := &openapi3filter.ResponseValidationInput{
			RequestValidationInput: request, Status: e.Status, Header: e.AnswerHeader, Options: request.Options,
		}
		answer.SetBodyBytes(e.AnswerBody)
		wrong = append(wrong, openapi3filter.ValidateResponse(req.Context(), answer))
	}
	if err := errors.Join(wrong...); err != nil {
		return fmt.Errorf("%s %s %d: %w", e.Method, e.Path, e.Status, err)
	}
	return nil
}

// bearer expects the API token where the API takes it.
func bearer(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	token, ok := strings.CutPrefix(in.RequestValidationInput.Request.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return errors.New("there is no bearer token")
	}
	return nil
}

// unlisted expects no parameter in the query that is not described. The library passes these over.
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
