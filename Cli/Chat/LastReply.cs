namespace Steering.Cli.Chat;

/// <summary>The tokens of the last reply, as they were decoded.</summary>
/// <param name="Ids">The prompt's and the reply's token ids, without the token that ended it.</param>
/// <param name="First">Where the reply begins.</param>
internal sealed record LastReply(int[] Ids, int First);
