using System.Text.Json.Nodes;
using Steering.Export;
using Steering.Export.Sockets;

namespace Steering.Tests.Samples;

/// <summary>The small story model with a chat template that hands the last message on.</summary>
internal static class SampleModel
{
    public static string Make(string folder)
    {
        ModelImporter.Import(OracleFolder.RequireModel("tinystories-656k"), folder, new ImportOptions { Sites = SiteSelection.All }, progress: null, CancellationToken.None);
        Edit(Path.Combine(folder, "tokenizer_config.json"), config => config["chat_template"] = "{% for message in messages %}{{ message['content'] }}{% endfor %}");
        return folder;
    }

    public static void Edit(string path, Action<JsonNode> edit)
    {
        var document = JsonNode.Parse(File.ReadAllText(path))!;
        edit(document);
        File.WriteAllText(path, document.ToJsonString());
    }
}
