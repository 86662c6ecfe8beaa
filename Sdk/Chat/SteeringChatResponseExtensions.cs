using Microsoft.Extensions.AI;
using Steering.Decoding;

namespace Steering.Chat;

/// <summary>Reads what a steered client adds to a streamed update.</summary>
public static class SteeringChatResponseExtensions
{
    /// <summary>The token behind a streamed update, with the activations of the watched features; null for updates that are not tokens.</summary>
    /// <param name="update">An update of a <see cref="SteeredChatClient"/>, also through middleware that passes updates on.</param>
    public static DecodedToken? GetDecodedToken(this ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return update.RawRepresentation as DecodedToken;
    }
}
