using System.Text;

namespace Steering.Cli.Chat;

/// <summary>A reply that simply ends where it is stopped, and its text so far.</summary>
/// <param name="tokens">The reply.</param>
/// <param name="stop">Cancelled when the reply is to end.</param>
internal sealed class StoppableReply(IAsyncEnumerable<ReplyToken> tokens, CancellationToken stop)
{
    private readonly StringBuilder _text = new();
    private readonly List<int> _ids = [];

    /// <summary>The text so far.</summary>
    public string Text => _text.ToString();

    /// <summary>Its token ids so far, without the token that ended it.</summary>
    public IReadOnlyList<int> Ids => _ids;

    /// <summary>Reads the reply.</summary>
    public async IAsyncEnumerable<ReplyToken> ReadAsync()
    {
        await using var reader = tokens.GetAsyncEnumerator(CancellationToken.None);
        while (await MoveNextAsync(reader))
        {
            _text.Append(reader.Current.Text);
            if (reader.Current.Id is { } id)
            {
                _ids.Add(id);
            }

            yield return reader.Current;
        }
    }

    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<ReplyToken> reader)
    {
        try
        {
            return await reader.MoveNextAsync();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return false;
        }
    }
}
