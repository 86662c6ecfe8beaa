using System.Diagnostics;
using Steering.Decoding;

namespace Steering.Batching;

/// <content>The two kinds of pass.</content>
internal sealed partial class BatchLoop
{
    /// <summary>Runs some tokens of one prompt; the prompts under way take turns.</summary>
    /// <returns>Whether there was one.</returns>
    private bool Prefill()
    {
        if (NextPrefill() is not { } row || (_decoding > 0 && !_plan.IsDue))
        {
            return false;
        }

        var beside = _decoding > 0;
        var count = Math.Min(beside ? _plan.Tokens : Chunk, row.Prompt.Length - row.Length);
        if (row.Length == 0 && !TrySetSwitches(row))
        {
            return true;
        }

        var start = Stopwatch.GetTimestamp();
        _pass.Prefill(row.Slot, row.Prompt.AsSpan(row.Length, count), row.Length);
        if (beside)
        {
            _plan.Prefilled(count, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

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

    /// <summary>Runs one token of every conversation that is decoded.</summary>
    /// <returns>Whether there was one that its reader keeps up with.</returns>
    private bool Step()
    {
        // Backwards, because the last takes the place of one that fails.
        var running = 0;
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
            return false;
        }

        for (var slot = 0; slot < _decoding; slot++)
        {
            // One that is held repeats its latest pass, which writes the same keys and values to the same place.
            (_tokens[slot], _lengths[slot]) = (_rows[slot]!.TokenId, _rows[slot]!.Length);
        }

        var start = Stopwatch.GetTimestamp();
        _pass.Decode(_tokens.AsSpan(0, _decoding), _lengths.AsSpan(0, _decoding));
        _plan.Decoded(Stopwatch.GetElapsedTime(start).TotalSeconds);
        Steps++;

        // All activations before the first token: a conversation that ends moves the rows of others.
        for (var slot = 0; slot < _decoding; slot++)
        {
            if (_rows[slot] is { IsHeld: false } row)
            {
                ReadActivations(row, slot);
            }
        }

        // Backwards again: the one that takes the place of one that ends has its token already.
        for (var slot = _decoding - 1; slot >= 0; slot--)
        {
            if (_rows[slot] is { IsHeld: false } row)
            {
                row.Length++;
                Choose(row, slot);
            }
        }

        return true;
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
        var slot = _decoding++;
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
        row.Publish(reason);
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
