// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/testing/operator"
)

// patience is how long the demo waits for one step.
const patience = 3 * time.Minute

// day is one day of a merchant: orders go down, some are cancelled, half ship,
// stock comes back.
type day struct {
	destination destination
	cluster     *cluster
	world       world
	manager     *operator.Process
	asked       int
}

func (d *day) run(ctx context.Context) error {
	if _, err := d.wait(ctx, "the connection to be ready", func(c *v1alpha1.OrderManagerConnection) bool {
		return meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionReady)
	}); err != nil {
		return err
	}
	if err := d.ask(ctx, v1alpha1.OrderDownload); err != nil {
		return err
	}
	if err := d.workCases(ctx); err != nil {
		return err
	}
	if err := d.work(ctx); err != nil {
		return err
	}
	for _, routine := range routines[1:] {
		if err := d.ask(ctx, routine); err != nil {
			return err
		}
	}
	return d.close(ctx)
}

// workCases adds the row that the table of ship methods lacks, and lets people
// do what the cases are about.
func (d *day) workCases(ctx context.Context) error {
	cases := d.world.Cases()
	if cases == nil {
		return nil
	}
	c := &v1alpha1.OrderManagerConnection{}
	if err := d.cluster.client.Get(ctx, d.destination.connection, c); err != nil {
		return err
	}
	if err := cases.waitsForTheTable(c); err != nil {
		return err
	}
	say("One order waits for a ship method that no table names; its row is added to the ConfigMap")
	if _, err := d.cluster.kubectl.Run(ctx, nil, "-n", d.destination.connection.Namespace, "patch", "configmap", "acme-ship-methods",
		"--type=merge", "--patch="+missingRow); err != nil {
		return err
	}
	if err := d.ask(ctx, v1alpha1.OrderDownload); err != nil {
		return err
	}
	say("The warehouse ships one order in part, closes one short, and picks one that the merchant cancels")
	return cases.work()
}

// work is what people do in both systems.
func (d *day) work(ctx context.Context) error {
	size := d.destination.size
	picked, err := d.world.Pick(ctx, size.picked)
	if err != nil {
		return err
	}
	cancelled, err := d.world.Cancel(ctx, size.cancelled)
	if err != nil {
		return err
	}
	shipped, err := d.world.Ship(ctx, size.shipped)
	if err != nil {
		return err
	}
	say("The warehouse begins to pick %d orders and ships %d; the merchant cancels %d", picked, shipped, cancelled)
	return nil
}

// ask asks for a run by a token, as a user would with kubectl annotate, and
// shows its progress until status echoes the token.
func (d *day) ask(ctx context.Context, routine v1alpha1.RoutineName) error {
	d.asked++
	// In a cluster that lasts, the tokens of an earlier demo are answered already.
	token := fmt.Sprintf("demo-%d-%d", started.Unix(), d.asked)
	if err := operator.Ask(ctx, d.cluster.client, d.destination.connection, routine, token); err != nil {
		return err
	}
	said := ""
	c, err := d.wait(ctx, string(routine), func(c *v1alpha1.OrderManagerConnection) bool {
		if entry := operator.Entry(c, routine); entry != nil && entry.Progress != nil && entry.Progress.Message != said {
			said = entry.Progress.Message
			say("  %s: %s", routine, said)
		}
		return operator.Answer(c, routine, token) != nil
	})
	if err != nil {
		return err
	}
	entry := operator.Entry(c, routine)
	say("%s: %s, %s", routine, entry.LastRun.Result, countsInWords(entry.LastRun.Counts))
	if entry.LastRun.Result != v1alpha1.RunSucceeded {
		return fmt.Errorf("%s: %s: %s", routine, entry.LastRun.Reason, entry.LastRun.Message)
	}
	return nil
}

// wait waits until a state of the connection is seen. While nothing changes it
// says every few seconds what it waits for.
func (d *day) wait(ctx context.Context, what string, until func(*v1alpha1.OrderManagerConnection) bool) (*v1alpha1.OrderManagerConnection, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("waited %v for %s", patience, what))
	defer cancel()
	type seen struct {
		connection *v1alpha1.OrderManagerConnection
		err        error
	}
	found := make(chan seen, 1)
	go func() {
		c, err := operator.Watch(ctx, d.cluster.client, d.destination.connection, until)
		found <- seen{c, err}
	}()
	reminder := time.NewTicker(5 * time.Second)
	defer reminder.Stop()
	for {
		select {
		case s := <-found:
			if s.err != nil && ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			return s.connection, s.err
		case <-reminder.C:
			open, err := d.world.Open(ctx)
			if err != nil {
				return nil, err
			}
			say("  waiting for %s; the warehouse has %d open orders", what, open)
		case <-d.manager.Done():
			return nil, errors.New("the manager ended")
		}
	}
}

// close compares the books and shows what a user sees.
func (d *day) close(ctx context.Context) error {
	namespace := d.destination.connection.Namespace
	// The policy gathers its connections' figures for up to ten seconds.
	say("Waiting for the policy's figures")
	if _, err := d.cluster.kubectl.Run(ctx, nil, "-n", namespace, "wait", "--for=jsonpath={.status.ready}=1/1", "syncpol/standard", "--timeout=60s"); err != nil {
		return err
	}
	for _, kinds := range [][]string{{"get", "omc,syncpol"}, {"get", "omc", "-o", "wide"}} {
		output, err := d.cluster.kubectl.Run(ctx, nil, append([]string{"-n", namespace}, kinds...)...)
		if err != nil {
			return err
		}
		fmt.Printf("\n$ kubectl -n %s %s\n%s", namespace, strings.Join(kinds, " "), output)
	}
	accounted := d.accountForCases(ctx)
	result, err := d.world.Books(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("\ndemo: %s\n", result.Line())
	return errors.Join(accounted, result.Err())
}

// accountForCases prints a line for each case.
func (d *day) accountForCases(ctx context.Context) error {
	cases := d.world.Cases()
	if cases == nil {
		return nil
	}
	c := &v1alpha1.OrderManagerConnection{}
	if err := d.cluster.client.Get(ctx, d.destination.connection, c); err != nil {
		return err
	}
	lines, err := cases.account(c)
	fmt.Println()
	for _, line := range lines {
		fmt.Printf("demo: %s\n", line)
	}
	return err
}

func countsInWords(counts v1alpha1.RunCounts) string {
	words := []string{fmt.Sprintf("%d read", counts.Read)}
	for _, part := range []struct {
		n    int64
		word string
	}{
		{counts.Created, "created"}, {counts.Adopted, "adopted"}, {counts.Marked, "marked as sent"}, {counts.Cancelled, "cancelled"},
		{counts.Confirmed, "confirmed"}, {counts.Written, "stock levels written"}, {counts.Skipped, "skipped"}, {counts.Failed, "failing"},
	} {
		if part.n > 0 {
			words = append(words, fmt.Sprintf("%d %s", part.n, part.word))
		}
	}
	if len(words) == 1 {
		words = append(words, "nothing left to do: a slot of the schedule came first")
	}
	return strings.Join(words, ", ")
}
