package vantage

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// UnitCost is one row: the cost of one unit of a metric on one date.
type UnitCost struct {
	BusinessMetricToken string `json:"business_metric_token"`
	BusinessMetricTitle string `json:"business_metric_title"`
	// CalculationType is as reported, normally one of CalculationTypes. Empty if the API reports null.
	CalculationType string `json:"calculation_type"`
	// The amounts, which the API documents as strings, and the scale are empty if the API reports null, such as for a
	// division by zero.
	UnitCostAmount       json.Number `json:"unit_cost_amount"`
	BusinessMetricAmount json.Number `json:"business_metric_amount"`
	Scale                json.Number `json:"scale"`
	// Date is a date such as 2025-03-01, or a time as reported, which bins of an hour may have.
	Date Date `json:"date"`
}

// Date is a date without a zone, or a time as reported.
type Date string

// UnmarshalJSON implements json.Unmarshaler. The API documents dates with and without a zone, such as 2023-09-05+00:00.
func (d *Date) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return errors.New("the date is not a string")
	}
	if shownTime(text) == "" {
		return fmt.Errorf("%q is not a date such as 2025-03-01", text)
	}
	text = strings.TrimSpace(text)
	if !strings.ContainsAny(text, "T ") { // a date, perhaps with a zone
		text = text[:len(time.DateOnly)]
	}
	*d = Date(text)
	return nil
}
