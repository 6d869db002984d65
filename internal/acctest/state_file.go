package acctest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

var timestamp = regexp.MustCompile(`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"`)

// Age moves the timestamps in the state into the past.
func (c *CLI) Age(by time.Duration) {
	c.t.Helper()
	path := filepath.Join(c.Dir, "terraform.tfstate")
	state, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatal(err)
	}
	aged := timestamp.ReplaceAllFunc(state, func(quoted []byte) []byte {
		at, err := time.Parse(`"`+time.RFC3339+`"`, string(quoted))
		if err != nil {
			c.t.Fatal(err)
		}
		return []byte(at.Add(-by).Format(`"` + time.RFC3339 + `"`))
	})
	if err := os.WriteFile(path, aged, 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// Instance is a resource instance in the state.
type Instance struct {
	Status     string // "tainted" or ""
	Attributes map[string]any
}

// Instances returns the instances in the state by their addresses. Resources must not use count or for_each.
func (c *CLI) Instances() map[string]Instance {
	c.t.Helper()
	text, err := os.ReadFile(filepath.Join(c.Dir, "terraform.tfstate"))
	if os.IsNotExist(err) {
		return nil
	}
	var state struct {
		Resources []struct {
			Type, Name string
			Instances  []Instance
		}
	}
	if err == nil {
		err = json.Unmarshal(text, &state)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	out := map[string]Instance{}
	for _, r := range state.Resources {
		for _, i := range r.Instances {
			out[r.Type+"."+r.Name] = i
		}
	}
	return out
}
