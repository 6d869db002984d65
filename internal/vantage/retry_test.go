package vantage_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

func TestStatusesThatAreTriedAgain(t *testing.T) {
	t.Parallel()
	for status, again := range map[int]bool{
		408: true, 409: true, 421: true, 423: true, 425: true, 429: true,
		500: true, 502: true, 503: true, 504: true, 506: true, 507: true, 508: true, 511: true,
		520: true, 521: true, 522: true, 523: true, 524: true, 525: true, 526: true, 530: true, 598: true, 599: true,
		400: false, 401: false, 402: false, 403: false, 405: false, 406: false, 410: false, 411: false, 413: false,
		415: false, 418: false, 422: false, 424: false, 426: false, 428: false, 431: false, 451: false,
		501: false, 505: false,
	} {
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			t.Run(strconv.Itoa(status)+" "+method, func(t *testing.T) {
				t.Parallel()
				within(t, 30*time.Minute, func(t *testing.T, ctx context.Context) {
					odd := atFirst(2, method, fakevantage.Errors(status, "odd"))
					fake := fakevantage.New(fakevantage.Options{RetryAfter: "1", Misbehave: odd})
					done, err := export(ctx, newClient(t, fake))
					switch {
					case again:
						if err != nil || !done.Completed() {
							t.Errorf("%+v, %v", done, err)
						}
					default:
						if e := wantKind(t, err, vantage.Rejected); e.StatusCode != status {
							t.Error(e)
						}
					}
					if n := fake.Count(method, "/"); again && n != 3 || !again && n != 1 {
						t.Errorf("%d requests", n)
					}
				})
			})
		}
	}
}

func TestARefusalAfterATroubleTellsOfTheRefusalOnly(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
			if r.N == 1 {
				return fakevantage.HTML(503)
			}
			return fakevantage.Errors(400, "no such report")
		}})
		_, err := export(ctx, newClient(t, fake))
		if e := wantKind(t, err, vantage.Rejected); e.LastFailure != nil || strings.Contains(e.Error(), "503") {
			t.Error(e)
		}
		wantRequests(t, fake, 2, 0)
	})
}

func TestAStatusThatStaysIsNamedAtTheDeadline(t *testing.T) {
	t.Parallel()
	within(t, 30*time.Minute, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{Misbehave: always(http.MethodGet, fakevantage.HTML(530))})
		start := time.Now()
		_, err := export(ctx, newClient(t, fake))
		e := wantKind(t, err, vantage.TimedOut)
		if e.LastFailure == nil || e.LastFailure.StatusCode != 530 || e.Token == "" || time.Since(start) != 30*time.Minute {
			t.Errorf("%v after %s", e, time.Since(start))
		}
	})
}

// senseless are answers with the status of success that no server means.
var senseless = map[string]string{
	"no manifest":          `{"status":"completed","manifest":null}`,
	"a number for a time":  `{"status":"completed","manifest":{"files":["https://x/a"],"valid_until":1}}`,
	"a list":               `[]`,
	"a number as a status": `{"status":5}`,
}

func TestAnAnswerThatMakesNoSense(t *testing.T) {
	t.Parallel()
	for name, body := range senseless {
		t.Run(name+" now and then", func(t *testing.T) {
			t.Parallel()
			within(t, 30*time.Minute, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
					switch {
					case r.Method == http.MethodGet && r.Nth%5 != 0 && r.Nth < 20:
						return fakevantage.Answer(200, body)
					case r.Method == http.MethodGet && r.Nth < 20:
						return fakevantage.HTML(503)
					}
					return nil
				}})
				done, err := export(ctx, newClient(t, fake))
				if err != nil || !done.Completed() {
					t.Errorf("%+v, %v", done, err)
				}
				wantRequests(t, fake, 1, 20)
			})
		})
		t.Run(name+" for good", func(t *testing.T) {
			t.Parallel()
			within(t, 30*time.Minute, func(t *testing.T, ctx context.Context) {
				answer := fakevantage.Answer(200, body)
				fake := fakevantage.New(fakevantage.Options{RetryAfter: "1", Misbehave: always(http.MethodGet, answer)})
				start := time.Now()
				_, err := export(ctx, newClient(t, fake))
				if e := wantKind(t, err, vantage.Malformed); e.Token == "" || e.Method != http.MethodGet {
					t.Error(e)
				}
				if took := time.Since(start); took > 20*time.Second {
					t.Errorf("took %s", took)
				}
				wantRequests(t, fake, 1, 5)
			})
		})
	}
}

// After any of these nothing tells whether the export was made.
var unconfirmed = map[string]http.HandlerFunc{
	"no answer": fakevantage.Hang,
	"reset":     fakevantage.Reset,
	"502":       fakevantage.HTML(502),
	"504":       fakevantage.HTML(504),
	"520":       fakevantage.HTML(520),
	"524":       fakevantage.HTML(524),
	"cut off":   fakevantage.CutOff,
}

func TestAPostWhoseFateStaysUnknownIsNotTriedForEver(t *testing.T) {
	t.Parallel()
	for name, trouble := range unconfirmed {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: always(http.MethodPost, trouble)})
				_, err := export(ctx, newClient(t, fake))
				var e *vantage.Error
				if !errors.As(err, &e) || e.Kind != vantage.Unreachable && e.Kind != vantage.Rejected || e.Unconfirmed != 5 {
					t.Errorf("%+v", err)
				} else if !strings.Contains(e.Error(), "up to 5 exports may have been made") {
					t.Error(e)
				}
				wantRequests(t, fake, 5, 0)
			})
		})
		t.Run(name+" with other answers between", func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: func(r fakevantage.Request) http.HandlerFunc {
					switch {
					case r.Method == http.MethodGet || r.Nth > 14:
						return nil
					case r.Nth%5 == 0:
						return fakevantage.HTML(503)
					}
					return trouble
				}})
				if _, err := export(ctx, newClient(t, fake)); err != nil {
					t.Error(err)
				}
				wantRequests(t, fake, 15, 1)
			})
		})
	}
	t.Run("at the deadline", func(t *testing.T) {
		t.Parallel()
		within(t, 40*time.Second, func(t *testing.T, ctx context.Context) {
			fake := fakevantage.New(fakevantage.Options{Misbehave: always(http.MethodPost, fakevantage.Hang)})
			_, err := export(ctx, newClient(t, fake))
			if e := wantKind(t, err, vantage.TimedOut); e.Unconfirmed != 2 {
				t.Errorf("%+v", e)
			}
			wantRequests(t, fake, 2, 0)
		})
	})
}

// dials returns what makes a transport that connects in this way.
func dials(dial func() (net.Conn, error)) func(*vantage.Options) {
	return func(o *vantage.Options) {
		o.Transport = &http.Transport{
			DialTLSContext: func(context.Context, string, string) (net.Conn, error) { return dial() },
		}
	}
}

// unreachable are hosts that no connection can be made to, by what the error says of them.
func unreachable(t *testing.T) map[string]func(*vantage.Options) {
	t.Helper()
	closed := httptest.NewServer(nil)
	closed.Close()
	secure := httptest.NewUnstartedServer(fakevantage.New(fakevantage.Options{}))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(fakevantage.New(fakevantage.Options{}))
	t.Cleanup(plain.Close)
	return map[string]func(*vantage.Options){
		"connection refused":           func(o *vantage.Options) { o.Host = closed.URL },
		"failed to verify certificate": func(o *vantage.Options) { o.Host = secure.URL },
		"does not look like a TLS handshake": func(o *vantage.Options) {
			o.Host = strings.Replace(plain.URL, "http:", "https:", 1)
		},
		"no such host": dials(func() (net.Conn, error) {
			unknown := &net.DNSError{Err: "no such host", Name: "api.vantage.sh", IsNotFound: true}
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: unknown}
		}),
		"tls: handshake failure": dials(func() (net.Conn, error) {
			return nil, &net.OpError{Op: "remote error", Err: tls.AlertError(40)}
		}),
		"no answer within the request timeout": dials(func() (net.Conn, error) {
			time.Sleep(40 * time.Second)
			return nil, errors.New("i/o timeout")
		}),
	}
}

func TestAHostThatNeverAnsweredIsGivenUpAfterAMinute(t *testing.T) {
	t.Parallel()
	for says, change := range unreachable(t) {
		for name, call := range map[string]func(context.Context, *vantage.Client) error{
			"POST": func(ctx context.Context, c *vantage.Client) error {
				_, err := export(ctx, c)
				return err
			},
			"GET": func(ctx context.Context, c *vantage.Client) error {
				_, err := c.WaitForDataExport(ctx, &vantage.DataExport{Token: "tok_1"}, nil)
				return err
			},
		} {
			t.Run(says+" "+name, func(t *testing.T) {
				t.Parallel()
				within(t, time.Hour, func(t *testing.T, ctx context.Context) {
					o := vantage.Options{APIToken: apiToken}
					change(&o)
					client, err := vantage.New(o)
					if err != nil {
						t.Fatal(err)
					}
					start := time.Now()
					err = call(ctx, client)
					e := wantKind(t, err, vantage.Unreachable)
					if !strings.Contains(e.Error(), says) || e.Unconfirmed != 0 || !strings.HasPrefix(e.Path, "/v2/") {
						t.Errorf("%v (%s, %d unconfirmed) does not say %q", e, e.Path, e.Unconfirmed, says)
					}
					if took := time.Since(start); took < 55*time.Second || took > 65*time.Second {
						t.Errorf("took %s", took)
					}
					time.Sleep(time.Minute) // until the transport has given up connecting, too
				})
			})
		}
	}
}

func TestAHostThatAnsweredBeforeIsSatOut(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		fake := fakevantage.New(fakevantage.Options{RetryAfter: "60"})
		start := time.Now()
		refusing := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("connection refused")
		}}
		client := newClient(t, fake, func(o *vantage.Options) {
			o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
				if since := time.Since(start); since > time.Minute && since < 40*time.Minute {
					return refusing.RoundTrip(r)
				}
				return fake.Transport().RoundTrip(r)
			})
		})
		if _, err := export(ctx, client); err != nil {
			t.Error(err)
		}
		wantRequests(t, fake, 1, 1)
	})
}

// The server of a web application answers so, to every path. That of the API may be replaced by such a page for a
// while.
func TestAHostThatNeverAnsweredAsTheAPIIsGivenUpAfterAMinute(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context, *vantage.Client) error{
		"export": func(ctx context.Context, c *vantage.Client) error {
			_, err := c.WaitForDataExport(ctx, &vantage.DataExport{Token: "tok_1"}, nil)
			return err
		},
		"unit costs": func(ctx context.Context, c *vantage.Client) error {
			_, err := c.ListUnitCosts(ctx, vantage.UnitCostsRequest{CostReportToken: "rprt_1"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{Misbehave: always(http.MethodGet, fakevantage.HTML(200))})
				start := time.Now()
				err := call(ctx, newClient(t, fake))
				if e := wantKind(t, err, vantage.Malformed); !strings.Contains(e.Error(), "is not JSON") {
					t.Error(e)
				}
				if took := time.Since(start); took < 55*time.Second || took > 65*time.Second {
					t.Errorf("took %s", took)
				}
			})
		})
	}
}

func TestAPageInPlaceOfTheAPIIsSatOut(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(context.Context, *vantage.Client) error{
		"after a create": func(ctx context.Context, c *vantage.Client) error {
			_, err := c.CreateDataExport(ctx, unitCosts)
			return err
		},
		"after a refusal": func(ctx context.Context, c *vantage.Client) error {
			if _, err := c.GetDataExport(ctx, &vantage.DataExport{Token: "unknown"}); err == nil {
				return errors.New("no refusal")
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, time.Hour, func(t *testing.T, ctx context.Context) {
				fake := fakevantage.New(fakevantage.Options{})
				client := newClient(t, fake)
				if err := before(ctx, client); err != nil {
					t.Fatal(err)
				}
				token := fake.Add(map[string]any{"cost_report_token": "r"}, time.Now())
				back := time.Now().Add(20 * time.Minute)
				fake.Change(func(o *fakevantage.Options) {
					o.Misbehave = func(fakevantage.Request) http.HandlerFunc {
						if time.Now().Before(back) {
							return fakevantage.HTML(200)
						}
						return nil
					}
				})
				done, err := client.WaitForDataExport(ctx, &vantage.DataExport{Token: token}, nil)
				if err != nil || !done.Completed() {
					t.Errorf("%+v, %v", done, err)
				}
			})
		})
	}
}
