package vantage

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"
)

// UnitCost is one row: the cost of one unit of a metric on one date.
type UnitCost struct {
	BusinessMetricToken string `json:"business_metric_token"`
	BusinessMetricTitle string `json:"business_metric_title"`
	// CalculationType is as reported, normally one of CalculationTypes. Empty if the API reports null.
	CalculationType string `json:"calculation_type"`
	// The amounts and the scale are empty if the API reports null, such as for a division by zero.
	UnitCostAmount       Decimal `json:"unit_cost_amount"`
	BusinessMetricAmount Decimal `json:"business_metric_amount"`
	Scale                Decimal `json:"scale"`
	// Date is a date such as 2025-03-01, or a time as reported, which bins of an hour may have.
	Date Date `json:"date"`
}

// Decimal is a decimal number with all digits that the API reported, or empty.
type Decimal string

// decimalForm also bounds the digits to 150, which Terraform's numbers of 512 bits represent exactly.
var decimalForm = regexp.MustCompile(`^[+-]?[0-9]{1,75}(\.[0-9]{1,75})?([eE][+-]?[0-9]{1,2})?$`)

// UnmarshalJSON implements json.Unmarshaler. The API documents amounts as strings, and the scale both ways.
func (d *Decimal) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	if text == "null" {
		*d = ""
		return nil
	}
	if raw[0] == '"' {
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
	}
	if !decimalForm.MatchString(text) {
		return fmt.Errorf("%q is not a decimal number with up to 75 digits on each side of the point", text)
	}
	*d = Decimal(text)
	return nil
}

// Date is a date without a zone, or a time as reported.
type Date string

// UnmarshalJSON implements json.Unmarshaler. The API documents dates with and without a zone, such as 2023-09-05+00:00.
func (d *Date) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return errors.New("the date is not a string")
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02Z07:00"} {
		if day, err := time.Parse(layout, text); err == nil {
			*d = Date(day.Format(time.DateOnly))
			return nil
		}
	}
	if _, err := time.Parse(time.RFC3339, text); err != nil {
		return fmt.Errorf("%q is not a date such as 2025-03-01", text)
	}
	*d = Date(text)
	return nil
}
