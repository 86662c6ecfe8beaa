using System.Runtime.InteropServices;
using Steering.Policies;

namespace Steering.Cli.Chat;

/// <summary>One token of a reply.</summary>
/// <param name="Text">What it adds to the text.</param>
/// <param name="Activations">Activation of each shown feature.</param>
/// <param name="Id">Its id, or null where it only ended the reply.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReplyToken(string Text, IReadOnlyList<(FeatureTarget Feature, float Value)> Activations, int? Id);
