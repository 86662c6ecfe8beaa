namespace Steering.Decoding;

/// <content>Reading a text that grows and changes at its end.</content>
public sealed partial class SteeredGeneration
{
    private int _read;

    /// <summary>
    /// Reads other tokens from a position of the prompt on, as if the prompt had gone on with them from the start. Of tokens before that position
    /// nothing is computed again. For policies that only watch, before the first <see cref="MoveNext"/>.
    /// </summary>
    /// <param name="position">Position of the first, 1 to the number of tokens read so far.</param>
    /// <param name="ids">The tokens; with those before, at most the prompt and <see cref="DecodeRequest.MaxTokens"/>.</param>
    /// <param name="cancellationToken">Looked at between chunks of <c>512</c> tokens.</param>
    internal void ReadOn(int position, ReadOnlySpan<int> ids, CancellationToken cancellationToken)
    {
        using var call = _life.Call();
        using var modelCall = _lease.Call();
        _read = _read == 0 ? _prompt.Length : _read;
        if (position < _read)
        {
            _generator.RewindTo(position);
            for (var site = 0; site < _promptActivations.Length; site++)
            {
                var kept = position * _latest[site].Length;
                _promptActivations[site].RemoveRange(kept, _promptActivations[site].Count - kept);
            }

            _read = position;
        }

        while (!ids.IsEmpty)
        {
            _life.ThrowIfClosed();
            _lease.ThrowIfClosed();
            cancellationToken.ThrowIfCancellationRequested();
            var chunk = ids[..Math.Min(PrefillChunk, ids.Length)];
            _generator.AppendTokens(chunk);
            ReadPromptActivations(_read);
            _read += chunk.Length;
            ids = ids[chunk.Length..];
        }
    }
}
