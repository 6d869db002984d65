package vantage

import (
	"testing"
	"time"
)

func TestPollPause(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		age, usual time.Duration
		known      bool
		want       time.Duration
	}{
		"none done, new":                 {0, 0, false, time.Second},
		"none done, 10 s":                {10 * time.Second, 0, false, 4 * time.Second},
		"none done, 96 s":                {96 * time.Second, 0, false, 29800 * time.Millisecond},
		"none done, 97 s":                {97 * time.Second, 0, false, 30 * time.Second},
		"some done, new":                 {0, 20 * time.Minute, true, 20 * time.Minute},
		"some done, just before":         {59 * time.Second, time.Minute, true, time.Second},
		"some done, then":                {time.Minute, time.Minute, true, 15 * time.Second},
		"some done, later":               {100 * time.Second, time.Minute, true, 25 * time.Second},
		"some done, much later":          {time.Hour, time.Minute, true, 30 * time.Second},
		"some done at once, not this":    {0, 0, true, time.Second},
		"some done in a second, not yet": {2 * time.Second, time.Second, true, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := pollPause(test.age, test.usual, test.known); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func TestSpacedPause(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		age, left time.Duration
		n         int
		want      time.Duration
	}{
		"the example":              {time.Minute, 15 * time.Minute, 3, time.Minute},
		"one for a long time":      {time.Minute, 15 * time.Minute, 1, 3 * time.Minute},
		"new counts as a second":   {0, 15 * time.Second, 3, time.Second},
		"a hundred for an hour":    {time.Second, time.Hour, 99, 85 * time.Millisecond},
		"hundreds for the rest":    {10 * time.Minute, time.Minute, 300, 190 * time.Millisecond},
		"the window ends just now": {time.Minute, 0, 3, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := spacedPause(test.age, test.left, test.n).Round(5 * time.Millisecond); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func TestDurationsThatMakeNoSenseDoNotCount(t *testing.T) {
	t.Parallel()
	const created = "2025-03-01T10:00:00Z"
	for name, test := range map[string]struct {
		kind, created, completed string
		pending, done            float64 // the ages at which it was seen so, in seconds
		want                     float64 // 0: does not count
	}{
		"whole seconds":                {"k", created, "2025-03-01T10:00:31Z", 20, 40, 32},
		"with a fraction":              {"k", created, "2025-03-01T10:00:31.5Z", 20, 40, 32.5},
		"another zone":                 {"k", created, "2025-03-01T12:00:31+02:00", 20, 40, 32},
		"not longer than it was seen":  {"k", created, "2025-03-01T10:00:40Z", 20, 40, 40},
		"rounded up":                   {"k", created, "2025-03-01T10:00:41Z", 20, 40, 40},
		"after it was seen done":       {"k", created, "2025-03-01T10:00:42Z", 20, 40, 0},
		"rounded down":                 {"k", created, "2025-03-01T10:00:19Z", 20, 40, 20},
		"before it was seen pending":   {"k", created, "2025-03-01T10:00:18Z", 20, 40, 0},
		"completed before it was made": {"k", created, "2025-03-01T09:00:00Z", 0, 40, 0},
		"no time of completion":        {"k", created, "", 0, 40, 0},
		"no time of creation":          {"k", "soon", created, 0, 40, 0},
		"neither time":                 {"k", "", "", 0, 40, 0},
		"at once":                      {"k", created, created, 0, 0.04, 0.04},
		"no kind":                      {"", created, "2025-03-01T10:00:31Z", 20, 40, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDurations()
			export := &DataExport{kind: test.kind, CreatedAt: test.created, Manifest: &Manifest{CompletedAt: test.completed}}
			d.add(export, inSeconds(test.pending), inSeconds(test.done))
			if got, known := d.usual(test.kind); got != inSeconds(test.want) || known != (test.want > 0) {
				t.Errorf("%s, %v, want %v s", got, known, test.want)
			}
		})
	}
}

func inSeconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func TestTheUsualDurationIsThatOfAQuarter(t *testing.T) {
	t.Parallel()
	d := newDurations()
	steps := []struct{ took, want time.Duration }{
		{5, 5}, {3, 3}, {9, 3}, {7, 3}, {1, 3}, {8, 3}, {2, 2}, {6, 2}, {4, 3},
	}
	for i, step := range steps {
		start := time.Unix(0, 0)
		d.add(&DataExport{
			kind: "k", CreatedAt: start.Format(time.RFC3339),
			Manifest: &Manifest{CompletedAt: start.Add((step.took - 1) * time.Second).Format(time.RFC3339)},
		}, 0, time.Minute)
		if got, known := d.usual("k"); !known || got != step.want*time.Second {
			t.Errorf("after %d: %s, want %d s", i+1, got, step.want)
		}
	}
	if _, known := d.usual("another"); known {
		t.Error("another kind is known")
	}
}
