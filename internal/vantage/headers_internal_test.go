package vantage

import (
	"net/http"
	"testing"
	"time"
)

func TestServerClock(t *testing.T) {
	t.Parallel()
	type answer struct {
		sent, came float64 // by the local clock, in seconds
		date       int64   // by the server's
	}
	for name, test := range map[string]struct {
		answers []answer
		want    float64 // the local time of the server's 200 s
	}{
		"nothing told":                     {nil, 200},
		"one answer":                       {[]answer{{10, 10.5, 110}}, 100.5},
		"the same clock":                   {[]answer{{10, 10.5, 10}}, 200.5},
		"another fraction narrows it":      {[]answer{{10, 10.5, 110}, {11.1, 11.1, 111}}, 100.1},
		"one that is wider does not":       {[]answer{{10, 10.1, 110}, {11, 11.9, 111}}, 100.1},
		"a slow answer is no other clock":  {[]answer{{10, 10.1, 110}, {10, 19, 110}}, 100.1},
		"at the edge of what is possible":  {[]answer{{10.1, 10.1, 110}, {12.1, 12.1, 111}}, 100.1},
		"and at the other":                 {[]answer{{10.1, 10.1, 110}, {12.1, 12.1, 113}}, 99.1},
		"the server's clock was set back":  {[]answer{{10, 10.1, 110}, {20, 20.2, 90}}, 130.2},
		"the server's clock was set ahead": {[]answer{{10, 10.1, 110}, {20, 20.2, 150}}, 70.2},
		"set, and narrowed again":          {[]answer{{10, 10.1, 110}, {20, 20.2, 150}, {21, 21.05, 151}}, 70.05},
		"a wide one first": {
			[]answer{{10, 13, 110}, {20, 20.5, 121}, {30, 30.3, 131}}, 99.3,
		},
		"set after it was narrowed": {[]answer{{10.5, 10.5, 110}, {20.1, 20.1, 120}, {30.7, 30.7, 132}}, 98.7},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := func(s float64) time.Time { return time.Unix(0, int64(s*1e9)) }
			var c serverClock
			for _, a := range test.answers {
				date := time.Unix(a.date, 0).UTC().Format(http.TimeFormat)
				c.learn(http.Header{"Date": {date}}, at(a.sent), at(a.came))
				c.learn(http.Header{"Date": {"yesterday"}}, at(a.sent), at(a.came+100))
			}
			if got := c.local(200).Sub(at(test.want)).Round(time.Millisecond); got != 0 {
				t.Errorf("%s from %v", got, test.want)
			}
		})
	}
}
