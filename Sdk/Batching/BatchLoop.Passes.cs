using System.Diagnostics;
using Steering.Decoding;

namespace Steering.Batching;

/// <content>The two kinds of pass.</content>
internal sealed partial class BatchLoop
{
    private const int StepsOfARider = 16;

    /// <summary>What to read of the prompts in the slots in this turn.</summary>
    private PrefillWork PlanReading()
    {
        var prompts = _active - _decoding;
        return prompts == 0 ? default : IsAnyRunning() ? _plan.Next(_decoding, prompts) : new PrefillWork(Chunk, 0);
    }

    /// <summary>Runs some tokens of one prompt in a pass of their own; the prompts under way take turns.</summary>
    /// <param name="most">Most tokens.</param>
    /// <returns>Whether there was one.</returns>
    private bool Prefill(int most)
    {
        if (NextPrefill() is not { } row)
        {
            return false;
        }

        var count = Math.Min(most, row.Prompt.Length - row.Length);
        if (row.Length == 0 && !TrySetSwitches(row))
        {
            return true;
        }

        count = row.SetSteps(count);
        var start = Stopwatch.GetTimestamp();
        _pass.Prefill(row.Slot, row.Prompt.AsSpan(row.Length, count), row.Length);
        _plan.Took(count, Stopwatch.GetElapsedTime(start).TotalSeconds);
        for (var index = 0; index < row.Sites.Length; index++)
        {
            var site = _sites[row.Sites[index].Program.Site];
            row.ObservePrompt(index, site.PromptActivations(count, row.Sites[index]), site.Rows, row.Length);
        }

        ReadActivations(row, count - 1);
        row.Length += count;
        if (row.IsPrefilled)
        {
            Join(row);
            Choose(row, count - 1);
        }

        return true;
    }

    /// <summary>Runs one token of every conversation that is decoded; tokens of prompts may ride along, one a prompt.</summary>
    /// <param name="mostRiders">Most prompts that ride.</param>
    /// <returns>Whether there was one that its reader keeps up with.</returns>
    private bool Step(int mostRiders)
    {
        // Backwards, because the last takes the place of one that fails.
        var (running, before) = (0, _decoding);
        for (var slot = _decoding - 1; slot >= 0; slot--)
        {
            var row = _rows[slot]!;
            if (row.UpdateHeld() || TrySetSwitches(row))
            {
                running += row.IsHeld ? 0 : 1;
            }
        }

        if (running == 0)
        {
            // One that failed just now leaves the turn to the prompts, and whoever reads it need not be there to wake the loop.
            return _decoding < before;
        }

        var decoding = _decoding;
        var rows = decoding + SeatRiders(mostRiders);
        for (var slot = 0; slot < rows; slot++)
        {
            // One that is held repeats its latest pass, which writes the same keys and values to the same place.
            var row = _rows[slot]!;
            (_tokens[slot], _lengths[slot]) = (slot < decoding ? row.TokenId : row.Prompt[row.Length], row.Length);
        }

        var start = Stopwatch.GetTimestamp();
        _pass.Decode(_tokens.AsSpan(0, rows), _lengths.AsSpan(0, rows));
        _plan.Took(rows, Stopwatch.GetElapsedTime(start).TotalSeconds);
        _steps++;

        // All activations before the first token: a conversation that ends moves the rows of others.
        for (var slot = 0; slot < rows; slot++)
        {
            if (_rows[slot] is { IsHeld: false } row)
            {
                ReadActivations(row, slot);
                row.Length++;
            }
        }

        for (var slot = decoding; slot < rows; slot++)
        {
            _riders[slot - decoding] = _rows[slot]!;
            ObserveRider(_rows[slot]!);
        }

        // Backwards again: the one that takes the place of one that ends has its token already.
        for (var slot = decoding - 1; slot >= 0; slot--)
        {
            if (_rows[slot] is { IsHeld: false } row)
            {
                Choose(row, slot);
            }
        }

        for (var rider = 0; rider < rows - decoding; rider++)
        {
            if (_riders[rider]!.IsPrefilled)
            {
                Join(_riders[rider]!);
                Choose(_riders[rider]!, decoding + rider);
            }

            _riders[rider] = null;
        }

        return true;
    }

    /// <summary>Puts prompts that are to ride into the slots behind the conversations that are decoded.</summary>
    /// <param name="most">Their largest number.</param>
    /// <returns>Their number.</returns>
    private int SeatRiders(int most)
    {
        if (most == 0)
        {
            return 0;
        }

        // To change the rider copies its cache, so it stays for a while, but not for all of a long prompt.
        var stays = _decoding < _rows.Length && _rows[_decoding] is { IsPrefilled: false } && _steps % StepsOfARider != 0;
        if (!stays)
        {
            if (NextPrefill() is not { } next)
            {
                return 0;
            }

            Seat(next, _decoding);
        }

        var riders = 0;
        while (riders < most && _decoding + riders < _rows.Length && _rows[_decoding + riders] is { } row)
        {
            if (row.Length == 0 && !TrySetSwitches(row))
            {
                break;
            }

            row.SetSteps(1);
            riders++;
        }

        return riders;
    }

    private static void ObserveRider(BatchRow row)
    {
        for (var index = 0; index < row.Sites.Length; index++)
        {
            row.ObservePrompt(index, row.Latest[index], row.Latest[index].Length, row.Length - 1);
        }
    }

    private bool IsAnyRunning()
    {
        for (var slot = 0; slot < _decoding; slot++)
        {
            if (!_rows[slot]!.UpdateHeld())
            {
                return true;
            }
        }

        return false;
    }

    private void ReadActivations(BatchRow row, int position)
    {
        for (var index = 0; index < row.Sites.Length; index++)
        {
            _sites[row.Sites[index].Program.Site].Activations(position, row.Sites[index]).CopyTo(row.Latest[index]);
        }
    }

    private BatchRow? NextPrefill()
    {
        for (var offset = 0; offset < _rows.Length; offset++)
        {
            var slot = (_nextPrefill + offset) % _rows.Length;
            if (_rows[slot] is { IsPrefilled: false } row)
            {
                _nextPrefill = slot + 1;
                return row;
            }
        }

        return null;
    }

    /// <summary>Puts a conversation whose prompt is done behind those that are decoded.</summary>
    private void Join(BatchRow row)
    {
        Seat(row, _decoding);
        _decoding++;
    }

    private void Seat(BatchRow row, int slot)
    {
        if (row.Slot == slot)
        {
            return;
        }

        if (_rows[slot] is { } other)
        {
            Exchange(row, other);
        }
        else
        {
            Move(row, slot);
        }
    }

    private void Choose(BatchRow row, int position)
    {
        if (!row.Choose(_pass.Logits(position), _scratch, _model.EndTokens))
        {
            Remove(row, new SteeringException("The model's logits are not finite, so no token can be chosen. The policy edits too strongly: lower its strengths."));
            return;
        }

        var ends = _model.IsEndToken(row.TokenId) && !row.Request.IgnoreEndTokens;
        var reason = ends ? FinishReason.Stop : row.TokenCount + 1 >= row.Request.MaxTokens ? FinishReason.Length : FinishReason.None;
        try
        {
            reason = row.HandOn(reason);
        }
        catch (Exception exception)
        {
            // A monitor that cannot judge a token ends its own conversation only.
            Remove(row, exception);
            return;
        }

        if (reason != FinishReason.None)
        {
            Remove(row, error: null);
        }
    }

    /// <summary>Asks the conversation's callbacks; one that throws ends its own conversation only.</summary>
    private bool TrySetSwitches(BatchRow row)
    {
        try
        {
            row.SetSwitches();
            return true;
        }
        catch (Exception exception)
        {
            Remove(row, exception);
            return false;
        }
    }
}
