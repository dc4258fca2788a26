// SPDX-License-Identifier: Apache-2.0

package fault

import (
	"encoding/json"
	"net/http"
	"time"
)

// ControlPath is where ControlHandler's routes begin.
const ControlPath = "/_control/"

// waitAtMost bounds the long poll for a hold.
const waitAtMost = 10 * time.Minute

// ControlHandler serves the injector over HTTP, for a simulator that runs as a process of its own:
//
//	GET    /_control/faults               every rule with its counters
//	POST   /_control/faults               arm a Rule (JSON, unknown members refused) → 201 with its ID
//	DELETE /_control/faults               disarm all, release all
//	DELETE /_control/faults/{id}          disarm one
//	GET    /_control/faults/{id}/hold     its hold; ?wait=30s answers when it is reached or the time is up
//	POST   /_control/faults/{id}/release  let go
//	GET    /_control/calls                calls by method and path template
//	DELETE /_control/calls                forget them
//	GET    /_control/requests             the log
//
// It must not stand behind Wrap: control is no traffic.
func (i *Injector) ControlHandler() http.Handler {
	mux := http.NewServeMux()
	i.RegisterControl(mux)
	return mux
}

// RegisterControl adds ControlHandler's routes to mux, beside a simulator's own.
func (i *Injector) RegisterControl(mux *http.ServeMux) {
	mux.HandleFunc("GET /_control/faults", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, i.Rules())
	})
	mux.HandleFunc("POST /_control/faults", i.controlAdd)
	mux.HandleFunc("DELETE /_control/faults", func(w http.ResponseWriter, _ *http.Request) {
		i.Clear()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("DELETE /_control/faults/{id}", func(w http.ResponseWriter, r *http.Request) {
		if !i.Remove(r.PathValue("id")) {
			writeError(w, http.StatusNotFound, "no such rule")
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /_control/faults/{id}/hold", i.controlHold)
	mux.HandleFunc("POST /_control/faults/{id}/release", func(w http.ResponseWriter, r *http.Request) {
		hold := i.FindHold(r.PathValue("id"))
		if hold == nil {
			writeError(w, http.StatusNotFound, "no such hold")
			return
		}
		hold.Release()
		writeJSON(w, http.StatusOK, hold.State())
	})
	mux.HandleFunc("GET /_control/calls", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, i.Calls())
	})
	mux.HandleFunc("DELETE /_control/calls", func(w http.ResponseWriter, _ *http.Request) {
		i.ResetCalls()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /_control/requests", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, i.Log())
	})
}

func (i *Injector) controlAdd(w http.ResponseWriter, r *http.Request) {
	var rule Rule
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&rule); err != nil {
		writeError(w, http.StatusBadRequest, err.Error())
		return
	}
	a, err := i.arm(rule)
	if err != nil {
		writeError(w, http.StatusBadRequest, err.Error())
		return
	}
	writeJSON(w, http.StatusCreated, map[string]string{"id": a.id})
}

func (i *Injector) controlHold(w http.ResponseWriter, r *http.Request) {
	hold := i.FindHold(r.PathValue("id"))
	if hold == nil {
		writeError(w, http.StatusNotFound, "no such hold")
		return
	}
	if text := r.URL.Query().Get("wait"); text != "" {
		wait, err := time.ParseDuration(text)
		if err != nil || wait < 0 || wait > waitAtMost {
			writeError(w, http.StatusBadRequest, "wait must be a duration of at most 10m")
			return
		}
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-hold.Reached():
		case <-timer.C:
		case <-r.Context().Done():
		}
	}
	writeJSON(w, http.StatusOK, hold.State())
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

func writeError(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]string{"error": message})
}
