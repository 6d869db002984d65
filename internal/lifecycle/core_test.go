package lifecycle_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"
)

// The part of Terraform core, for schemas without nested attributes that are configured: what it proposes before a
// plan, the rules that a plan and an apply have to keep, and state as JSON.

// object is what core keeps of a resource in state. A null value is none.
type object struct {
	value    tftypes.Value
	private  []byte
	identity string
	tainted  bool
	facts    facts // the model's
}

func (o object) exists() bool { return !o.value.IsNull() }

// at returns the value at a path of attribute names; null where there is none.
func at(v tftypes.Value, path ...string) tftypes.Value {
	for _, name := range path {
		v = members(v)[name]
	}
	return v
}

// text returns a known string, "" where it is null, unknown or absent.
func text(v tftypes.Value) string {
	var s string
	if v.Type() != nil && v.IsKnown() && !v.IsNull() {
		_ = v.As(&s)
	}
	return s
}

func (o object) text(path ...string) string { return text(at(o.value, path...)) }

func members(v tftypes.Value) map[string]tftypes.Value {
	var m map[string]tftypes.Value
	if v.Type() != nil && v.IsKnown() && !v.IsNull() {
		_ = v.As(&m)
	}
	return m
}

func elements(v tftypes.Value) []tftypes.Value {
	var list []tftypes.Value
	if v.IsKnown() && !v.IsNull() {
		_ = v.As(&list)
	}
	return list
}

// proposed returns the state that core proposes to a plan: the configuration, and the prior value of what is computed
// and not configured.
func proposed(block *tfprotov6.SchemaBlock, prior, config tftypes.Value) tftypes.Value {
	if config.IsNull() || !config.IsKnown() {
		return config
	}
	before, merged := members(prior), maps.Clone(members(config)) // As returns the map of the value itself
	for _, a := range block.Attributes {
		if old, ok := before[a.Name]; ok && a.Computed && merged[a.Name].IsNull() {
			merged[a.Name] = old
		}
	}
	for _, b := range block.BlockTypes {
		merged[b.TypeName] = proposed(b.Block, before[b.TypeName], merged[b.TypeName])
	}
	return tftypes.NewValue(config.Type(), merged)
}

// invalidPlan returns how a plan contradicts the configuration: what is configured has to be planned as it is, or left
// at its prior value; what is neither configured nor computed has to be null.
func invalidPlan(block *tfprotov6.SchemaBlock, prior, config, planned tftypes.Value) []string {
	if config.IsNull() != planned.IsNull() {
		return []string{fmt.Sprintf("planned %s for %s", show(planned), show(config))}
	}
	var wrong []string
	before, configured, after := members(prior), members(config), members(planned)
	for _, a := range block.Attributes {
		old, c, p := before[a.Name], configured[a.Name], after[a.Name]
		kept := !c.IsNull() && old.Type() != nil && !old.IsNull() && p.Equal(old)
		if computed := a.Computed && c.IsNull(); !computed && !kept && !p.Equal(c) {
			wrong = append(wrong, fmt.Sprintf("%s is planned as %s, configured as %s", a.Name, show(p), show(c)))
		}
	}
	for _, b := range block.BlockTypes {
		if configured[b.TypeName].IsKnown() {
			old := before[b.TypeName]
			wrong = append(wrong, invalidPlan(b.Block, old, configured[b.TypeName], after[b.TypeName])...)
		}
	}
	return wrong
}

// changed returns where a value that was known in the plan differs in the result.
func changed(path string, planned, actual tftypes.Value) []string {
	if !planned.IsKnown() || planned.Equal(actual) {
		return nil
	}
	before, after := members(planned), members(actual)
	if before == nil || len(before) != len(after) {
		return []string{fmt.Sprintf("%s was planned as %s and is %s", path, show(planned), show(actual))}
	}
	var wrong []string
	for name := range before {
		wrong = append(wrong, changed(path+"."+name, before[name], after[name])...)
	}
	return wrong
}

// change is what core plans for a resource.
type change struct {
	action   string // "no-op", "create", "update", "replace" or "delete"
	prior    object // tainted objects too
	planned  object
	config   arguments
	imported bool
	warnings []*tfprotov6.Diagnostic
}

// read refreshes an object.
func (s *session) read(r *resource, o object) (object, bool) {
	done := s.begin(r, "ReadResource")
	resp, err := s.server.ReadResource(s.ctx, &tfprotov6.ReadResourceRequest{
		TypeName: r.typeName, CurrentState: pack(r.object, o.value), Private: o.private,
		CurrentIdentity: identity(o.identity),
	})
	t := done(err, resp.Diagnostics)
	if failed(resp.Diagnostics) {
		return o, false
	}
	after := object{s.unpack(r, resp.NewState), resp.Private, s.identity(resp.NewIdentity), o.tainted, o.facts}
	after.facts = after.facts.read(after)
	s.checkRead(r, o, after, resp.Diagnostics, t)
	return after, true
}

// plan plans from a prior object to a configuration; a null configuration destroys.
func (s *session) plan(r *resource, prior object, config tftypes.Value) (change, bool) {
	c := change{action: "create", prior: prior}
	if !config.IsNull() && !s.validate(r, config) {
		return c, false
	}
	from := prior
	if prior.tainted && !config.IsNull() {
		from = r.none()
	}
	resp := s.planOnce(r, from, config)
	if resp == nil {
		return c, false
	}
	c.warnings = resp.Diagnostics
	c.planned = s.plannedObject(r, resp)
	switch {
	case config.IsNull():
		c.action = "delete"
		return c, true
	case !from.exists():
		if prior.exists() {
			c.action = "replace"
		}
		return c, true
	case len(resp.RequiresReplace) > 0 && s.differs(r, from, c.planned, resp.RequiresReplace):
		c.action = "replace"
		if resp = s.planOnce(r, object{value: r.none().value, private: c.planned.private}, config); resp == nil {
			return c, false
		}
		c.planned = s.plannedObject(r, resp)
	case c.planned.value.Equal(from.value):
		c.action = "no-op"
	default:
		c.action = "update"
	}
	return c, true
}

func (s *session) plannedObject(r *resource, resp *tfprotov6.PlanResourceChangeResponse) object {
	return object{
		value: s.unpack(r, resp.PlannedState), private: resp.PlannedPrivate, identity: s.identity(resp.PlannedIdentity),
	}
}

func (s *session) validate(r *resource, config tftypes.Value) bool {
	done := s.begin(r, "ValidateResourceConfig")
	resp, err := s.server.ValidateResourceConfig(s.ctx, &tfprotov6.ValidateResourceConfigRequest{
		TypeName: r.typeName, Config: pack(r.object, config),
	})
	s.checkSilent(done(err, resp.Diagnostics))
	return !failed(resp.Diagnostics)
}

// planOnce is one call of PlanResourceChange. It returns nil on failure.
func (s *session) planOnce(r *resource, prior object, config tftypes.Value) *tfprotov6.PlanResourceChangeResponse {
	done := s.begin(r, "PlanResourceChange")
	resp, err := s.server.PlanResourceChange(s.ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: r.typeName, PriorState: pack(r.object, prior.value), Config: pack(r.object, config),
		ProposedNewState: pack(r.object, proposed(r.schema.Block, prior.value, config)),
		PriorPrivate:     prior.private, PriorIdentity: identity(prior.identity),
	})
	s.checkSilent(done(err, resp.Diagnostics))
	if failed(resp.Diagnostics) {
		s.checkFailedPlan(r, resp.Diagnostics)
		return nil
	}
	planned := s.unpack(r, resp.PlannedState)
	if wrong := invalidPlan(r.schema.Block, prior.value, config, planned); len(wrong) > 0 {
		s.failf("invalid plan of %s: %s", r.name, wrong)
	}
	s.checkPlanned(r, planned, resp)
	return resp
}

// differs reports whether one of the paths that force replacement changes; core ignores the others.
func (s *session) differs(r *resource, prior, planned object, paths []*tftypes.AttributePath) bool {
	return slices.ContainsFunc(paths, func(p *tftypes.AttributePath) bool {
		a, _, err1 := tftypes.WalkAttributePath(prior.value, p)
		b, _, err2 := tftypes.WalkAttributePath(planned.value, p)
		if err1 != nil || err2 != nil {
			s.failf("%s: no attribute at %s forces replacement", r.name, p)
		}
		before, _ := a.(tftypes.Value)
		after, _ := b.(tftypes.Value)
		return !after.IsFullyKnown() || !after.Equal(before)
	})
}

// apply applies a change as it was planned last, and returns the object that core keeps.
func (s *session) apply(r *resource, c change, config tftypes.Value) (object, bool) {
	done := s.begin(r, "ApplyResourceChange")
	prior := c.prior
	if c.action == "create" {
		prior = r.none()
	}
	resp, err := s.server.ApplyResourceChange(s.ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: r.typeName, PriorState: pack(r.object, prior.value), PlannedState: pack(r.object, c.planned.value),
		Config:         pack(r.object, config),
		PlannedPrivate: c.planned.private, PlannedIdentity: identity(c.planned.identity),
	})
	t := done(err, resp.Diagnostics)
	after := object{s.unpack(r, resp.NewState), resp.Private, s.identity(resp.NewIdentity), prior.tainted, prior.facts}
	if !after.value.IsFullyKnown() {
		s.failf("%s is unknown after apply: %s", r.name, show(after.value))
	}
	ok := !failed(resp.Diagnostics)
	if ok {
		if wrong := changed(r.name, c.planned.value, after.value); len(wrong) > 0 {
			s.failf("inconsistent result after apply: %s", wrong)
		}
	} else if c.action == "create" && after.exists() {
		after.tainted = true
	}
	s.checkApplied(r, c, after, resp.Diagnostics, t)
	return after, ok
}

// replan plans again during apply, with what has become known since, and checks that the plan still holds.
func (s *session) replan(r *resource, planned change, prior object, config tftypes.Value) (change, bool) {
	c, ok := s.plan(r, prior, config)
	if !ok {
		return c, false
	}
	switch want := planned.action; {
	case c.action == want, want == "update" && c.action == "no-op", want == "replace" && c.action == "create":
	case want == "update" && r.due(prior, s.accepted(prior.text("token"))) && planned.config.anyUnknown():
		// The one case in which core's rule is broken: an option that was unknown in the plan turns out to be unchanged, and
		// the export has become due since.
		return c, false
	default:
		s.failf("inconsistent final plan of %s: the action changed from %s to %s", r.name, want, c.action)
	}
	if wrong := changed(r.name, planned.planned.value, c.planned.value); len(wrong) > 0 {
		s.failf("inconsistent final plan: %s", wrong)
	}
	return c, true
}

// load passes an object through JSON, as between two runs of Terraform.
func (s *session) load(r *resource, o object) object {
	if !o.exists() {
		return o
	}
	raw, err := stateJSON(r.object, o.value)
	s.must(err)
	s.checkState(r, raw, o.private)
	done := s.begin(r, "UpgradeResourceState")
	resp, err := s.server.UpgradeResourceState(s.ctx, &tfprotov6.UpgradeResourceStateRequest{
		TypeName: r.typeName, Version: r.schema.Version, RawState: &tfprotov6.RawState{JSON: raw},
	})
	s.checkSilent(done(err, resp.Diagnostics))
	if failed(resp.Diagnostics) {
		s.failf("the state of %s cannot be loaded: %s", r.name, summaries(resp.Diagnostics))
	}
	loaded := s.unpack(r, resp.UpgradedState)
	if !loaded.Equal(o.value) {
		s.failf("the state of %s became %s in JSON, was %s", r.name, show(loaded), show(o.value))
	}
	o.value = loaded
	return o
}

// stateJSON returns a value as core writes it to a state file.
func stateJSON(t tftypes.Type, v tftypes.Value) ([]byte, error) {
	about, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	as, err := ctyjson.UnmarshalType(about)
	if err != nil {
		return nil, err
	}
	value, err := msgpack.Unmarshal(pack(t, v).MsgPack, as)
	if err != nil {
		return nil, err
	}
	return ctyjson.Marshal(cty.UnknownAsNull(value), as)
}

// show returns what is known and not null in a value, for messages.
func show(v tftypes.Value) string {
	text, err := stateJSON(v.Type(), v)
	if err != nil {
		return v.String()
	}
	return nulls.ReplaceAllString(string(text), "")
}

var nulls = regexp.MustCompile(`"\w+":null,?`)

func pack(t tftypes.Type, v tftypes.Value) *tfprotov6.DynamicValue {
	d, err := tfprotov6.NewDynamicValue(t, v)
	if err != nil {
		panic(err)
	}
	return &d
}

func (s *session) unpack(r *resource, d *tfprotov6.DynamicValue) tftypes.Value {
	if d == nil {
		return r.none().value
	}
	v, err := d.Unmarshal(r.object)
	s.must(err)
	return v
}

// tokenIdentity is the type of the identity of exports.
var tokenIdentity = tftypes.Object{AttributeTypes: map[string]tftypes.Type{"token": tftypes.String}}

func identity(token string) *tfprotov6.ResourceIdentityData {
	if token == "" {
		return nil
	}
	value := map[string]tftypes.Value{"token": tftypes.NewValue(tftypes.String, token)}
	return &tfprotov6.ResourceIdentityData{IdentityData: pack(tokenIdentity, tftypes.NewValue(tokenIdentity, value))}
}

func (s *session) identity(d *tfprotov6.ResourceIdentityData) string {
	if d == nil || d.IdentityData == nil {
		return ""
	}
	v, err := d.IdentityData.Unmarshal(tokenIdentity)
	s.must(err)
	return text(at(v, "token"))
}

func failed(diags []*tfprotov6.Diagnostic) bool {
	return slices.ContainsFunc(diags, func(d *tfprotov6.Diagnostic) bool {
		return d.Severity == tfprotov6.DiagnosticSeverityError
	})
}

func summaries(diags []*tfprotov6.Diagnostic) string {
	var out bytes.Buffer
	for _, d := range diags {
		fmt.Fprintf(&out, "\n  %s: %s: %s", d.Severity, d.Summary, d.Detail)
	}
	return out.String()
}
